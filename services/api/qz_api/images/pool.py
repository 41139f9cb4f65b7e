"""Drawing processes behind a bounded queue.

A job has a limit of processor time and one of memory, and the process that crosses one is ended
and replaced. A job whose process is lost to something else is done once more by another.
"""

import asyncio
from dataclasses import dataclass
from uuid import UUID

import structlog

from qz_api.images.metrics import RenderMetrics
from qz_api.images.process import DrawingProcess, ProcessLost
from qz_api.images.queue import FairQueue, QueueFull, Request
from qz_api.images.refusals import problem_of
from qz_api.images.wire import Exhausted, Failed, Job, Made, Refused, Reply, Task
from qz_common.errors import FieldError, Invalid, Unavailable

HIRE_AGAIN_SECONDS = 1.0
MOST_LOSSES = 2
BUSY_HEADERS = {"Retry-After": "1"}
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class PoolLimits:
    processes: int
    waiting: int
    waiting_of_one: int
    """Of one workspace."""
    seconds: float
    """Of processor time for one image."""
    wait_seconds: float
    """Longest wait for an answer, the queue included."""
    memory_bytes: int


class RenderPool:
    """Processes start with the first job, or with `start`."""

    def __init__(self, limits: PoolLimits, metrics: RenderMetrics) -> None:
        self._limits = limits
        self._metrics = metrics
        self._queue = FairQueue(limits.waiting, limits.waiting_of_one)
        self._processes: dict[int, DrawingProcess] = {}
        self._slots: list[asyncio.Task[None]] = []
        self._at_work = 0
        self._closed = False

    @property
    def pids(self) -> frozenset[int]:
        return frozenset(process.pid for process in self._processes.values())

    @property
    def waiting(self) -> int:
        return len(self._queue)

    @property
    def at_work(self) -> int:
        return self._at_work

    def start(self) -> None:
        if not self._slots:
            self._slots = [
                asyncio.create_task(self._slot(number)) for number in range(self._limits.processes)
            ]

    async def close(self) -> None:
        self._closed = True
        for slot in self._slots:
            slot.cancel()
        await asyncio.gather(*self._slots, return_exceptions=True)

    async def run(self, owner: UUID, task: Task, seconds: float | None = None) -> Made:
        """What the task made; a refusal is Invalid, a pool without room or time Unavailable."""
        limit = seconds or self._limits.seconds
        request = Request(owner, Job(task, limit))
        self._enqueue(request)
        try:
            async with asyncio.timeout(self._limits.wait_seconds + limit):
                reply = await request.answer
        except TimeoutError:
            raise self._busy("drawing takes too long at present") from None
        return made(reply)

    def _enqueue(self, request: Request) -> None:
        if self._closed:
            raise self._busy("the service is stopping")
        self.start()
        try:
            self._queue.put(request)
        except QueueFull:
            raise self._busy("too many images are being drawn") from None

    def _busy(self, why: str) -> Unavailable:
        self._metrics.busy.inc()
        return Unavailable(f"{why}; try again soon", "render_busy", headers=BUSY_HEADERS)

    async def _slot(self, number: int) -> None:
        try:
            while True:
                await self._filled(number)
                request = await self._queue.next()
                self._at_work += 1
                await self._serve(number, request)
                self._at_work -= 1
        finally:
            process = self._processes.pop(number, None)
            if process:
                await process.stop()

    async def _filled(self, number: int) -> DrawingProcess:
        while number not in self._processes:
            try:
                self._processes[number] = await DrawingProcess.start(self._limits.memory_bytes)
            except (OSError, ProcessLost) as error:
                log.error("no drawing process", reason=str(error))
                await asyncio.sleep(HIRE_AGAIN_SECONDS)
        return self._processes[number]

    async def _serve(self, number: int, request: Request) -> None:
        while not request.answer.done():
            process = await self._filled(number)
            reply: Reply | None
            try:
                with self._metrics.seconds.labels(request.job.task.__class__.__name__).time():
                    reply = await process.ask(request.job)
            except ProcessLost as lost:
                await self._replace(number, lost)
                reply = self._after_loss(request, lost)
            except Exception as error:  # a fault of ours is the caller's 500, not the pool's end
                await self._replace(number, ProcessLost("it could not be asked"))
                reply = Failed(repr(error))
            if reply and not request.answer.done():
                request.answer.set_result(reply)

    async def _replace(self, number: int, lost: ProcessLost) -> None:
        log.warning("drawing process lost", reason=str(lost), spent=lost.spent)
        self._metrics.lost.labels("spent" if lost.spent else "ended").inc()
        await self._processes.pop(number).kill()

    def _after_loss(self, request: Request, lost: ProcessLost) -> Reply | None:
        """What ends two processes would end a third."""
        request.losses += 1
        return Exhausted() if lost.spent or request.losses == MOST_LOSSES else None


def made(reply: Reply) -> Made:
    match reply:
        case Made():
            return reply
        case Refused():
            faults = [FieldError(f.pointer, f.code, f.message) for f in reply.faults]
            raise problem_of(reply.code, faults)
        case Exhausted():
            raise Invalid(
                "drawing this takes more time or memory than an image may: ask for a smaller size,"
                " a plainer style or another format",
                "render_too_expensive",
            )
        case Failed():
            raise RuntimeError(f"a drawing process failed: {reply.error}")
