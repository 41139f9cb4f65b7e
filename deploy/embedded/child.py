"""One child of the stack: started, waited for, watched, stopped.

A child that dies before it was ever ready is tried a few times; once it was ready it is started
again as often as it takes, with growing pauses and a line each time.
"""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded.logs import last_lines, open_log
from deploy.embedded.process import Account, spawn_options

FIRST_TRIES = 3
READY_SECONDS = 60.0
STOP_SECONDS = 15.0
PROBE_SECONDS = 0.03
PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
CALM_SECONDS = 30.0  # alive so long, the next death is a first one
BAD_SETTINGS_EXIT = 78  # EX_CONFIG: trying again can't help


async def _nothing() -> None:
    return None


@dataclass(frozen=True)
class Part:
    """What a child is. `follows`: the part whose every new start needs a new start of this one."""

    name: str
    command: Callable[[], Sequence[str]]
    ready: Callable[[], Awaitable[bool]]
    after: tuple[str, ...] = ()
    tier: int = 0  # stopped from the highest to the lowest
    follows: str | None = None
    prepare: Callable[[], Awaitable[None]] = _nothing  # before each start
    complete: Callable[[], Awaitable[None]] = _nothing  # after it is ready
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    kill_signal: signal.Signals = signal.SIGKILL


class StartError(Exception):
    """A child that doesn't become ready; the text has its last lines."""


@dataclass
class Child:
    part: Part
    logs: Path
    environment: Callable[[], Mapping[str, str]]
    say: Callable[[str], None]
    process: asyncio.subprocess.Process | None = None
    stopping: bool = False
    _log_start: int = 0
    _ready_at: float = field(default=0.0)

    @property
    def log(self) -> Path:
        return self.logs / f"{self.part.name}.log"

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    async def start(self) -> None:
        """Returns when it is ready; raises StartError after the last try."""
        self.stopping = False
        for attempt in range(FIRST_TRIES):
            await self._launch()
            code = await self._until_ready_or_dead()
            if code is None:
                return
            if code == BAD_SETTINGS_EXIT or attempt + 1 == FIRST_TRIES:
                raise StartError(f"{self.part.name} {ending(code)}\n{self.tail()}")
            self.say(f"{self.part.name} {ending(code)} while starting; trying again")
            await asyncio.sleep(PAUSES[attempt])

    async def wait_death(self) -> int:
        assert self.process is not None
        return await self.process.wait()

    async def revive(self) -> None:
        """Brings it back after a death, however many tries it takes."""
        self.stopping = False
        for pause in self._pauses():
            await asyncio.sleep(pause)
            if self.stopping:
                return
            await self._launch()
            try:
                code = await self._until_ready_or_dead()
            except StartError as error:
                self.say(str(error))
                return
            if code is None:
                self.say(f"{self.part.name} is back")
                return
            self.say(f"{self.part.name} {ending(code)} again\n{self.tail()}")

    async def stop(self, within: float = STOP_SECONDS) -> None:
        self.stopping = True
        process = self.process
        if process is None or process.returncode is not None:
            return
        process.send_signal(self.part.stop_signal)
        try:
            await asyncio.wait_for(process.wait(), within)
        except TimeoutError:
            self.say(f"{self.part.name} did not end within {within:.0f} s; killed")
            self.kill()
            await process.wait()

    def kill(self) -> None:
        """At once, with everything it started."""
        self.stopping = True
        if self.process and self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, self.part.kill_signal)

    def tail(self) -> str:
        lines = last_lines(self.log, self._log_start)
        return "\n".join(f"    {line}" for line in [*lines.splitlines(), f"(log: {self.log})"])

    def _pauses(self) -> Iterator[float]:
        calm = time.monotonic() - self._ready_at > CALM_SECONDS
        yield 0.0 if calm else PAUSES[0]
        yield from PAUSES[1:]
        while True:
            yield PAUSES[-1]

    async def _launch(self) -> None:
        await self.part.prepare()
        with open_log(self.log) as log:
            self._log_start = log.tell()
            self.process = await asyncio.create_subprocess_exec(
                *self.part.command(),
                env={**os.environ, **self.environment()},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/" if self.part.account else None,
                **spawn_options(self.part.kill_signal, self.part.account),
            )

    async def _until_ready_or_dead(self) -> int | None:
        """None when ready, its exit code when it died first."""
        assert self.process is not None
        deadline = time.monotonic() + READY_SECONDS
        while not await self.part.ready():
            if self.process.returncode is not None:
                return self.process.returncode
            if time.monotonic() > deadline:
                raise StartError(f"{self.part.name} is not ready yet\n{self.tail()}")
            await asyncio.sleep(PROBE_SECONDS)
        await self.part.complete()
        self._ready_at = time.monotonic()
        return None


def ending(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"
