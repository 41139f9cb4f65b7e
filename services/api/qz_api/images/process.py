"""One drawing process, seen from the API: started, asked, stopped, or lost."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress

import msgspec

from qz_api.images.wire import LENGTH_BYTES, Job, Reply, frame, read_reply

START_SECONDS = 20.0
STOP_SECONDS = 1.0
MOST_REPLY_BYTES = 128 << 20
WALL_PER_SECOND = 3.0
"""A busy machine gives a process a part of its time only."""
KEPT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL")
ALONE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


class ProcessLost(Exception):
    """It ended, or had to be ended; `spent` when it had used up its time."""

    def __init__(self, why: str, *, spent: bool = False) -> None:
        super().__init__(why)
        self.spent = spent


class DrawingProcess:
    def __init__(self, process: Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    @classmethod
    async def start(cls, memory_bytes: int) -> "DrawingProcess":
        """Warm and waiting for a job; OSError or ProcessLost when it can't be had."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "qz_api.images.child",
            str(memory_bytes),
            stdin=PIPE,
            stdout=PIPE,
            env={name: os.environ[name] for name in KEPT if name in os.environ} | ALONE,
            # a Ctrl-C in a terminal is for the API, which then stops this process
            start_new_session=True,
        )
        drawing = cls(process)
        try:
            async with asyncio.timeout(START_SECONDS):
                await drawing._read()
        except TimeoutError:
            await drawing.stop()
            raise ProcessLost("it did not start in time") from None
        except BaseException:
            await drawing.stop()
            raise
        return drawing

    async def ask(self, job: Job) -> Reply:
        """Its reply; after a ProcessLost there is nothing more to be had from it."""
        try:
            async with asyncio.timeout(job.seconds * WALL_PER_SECOND):
                await self._write(frame(job))
                return await self._read()
        except TimeoutError:
            raise ProcessLost("it took too long", spent=True) from None

    async def stop(self) -> None:
        """At its own pace when it is idle, by force when it is not."""
        stdin = self._process.stdin
        if stdin is not None:
            stdin.close()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def _write(self, data: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(data)
            await self._process.stdin.drain()
        except OSError:
            raise await self._lost() from None

    async def _read(self) -> Reply:
        assert self._process.stdout is not None
        try:
            head = await self._process.stdout.readexactly(LENGTH_BYTES)
            length = int.from_bytes(head, "big")
            if length > MOST_REPLY_BYTES:
                raise ProcessLost("its answer is too long")
            return read_reply(await self._process.stdout.readexactly(length))
        except asyncio.IncompleteReadError:
            raise await self._lost() from None
        except msgspec.MsgspecError:
            raise ProcessLost("it did not answer in our words") from None

    async def _lost(self) -> ProcessLost:
        code = await self._process.wait()
        return ProcessLost(f"it ended with {code}", spent=code == -signal.SIGPROF)
