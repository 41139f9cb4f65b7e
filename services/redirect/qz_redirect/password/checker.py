"""The slow check of a password, on few threads of its own and with a short queue.

A flood of tries costs these threads only: a scan never waits for them, and a try that finds the
queue full is told to come back rather than kept waiting.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Self

from qz_common.passwords import verify_password

THREADS = 2
MAX_WAITING = 16


class Busy(Exception):
    """Too many checks are waiting."""


class Checker:
    """A context manager: its threads end with it."""

    def __init__(self, threads: int = THREADS, max_waiting: int = MAX_WAITING) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="password")
        self._room = BoundedSemaphore(threads + max_waiting)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(cancel_futures=True)

    async def check(self, password: str, encoded: str) -> bool:
        if not self._room.acquire(blocking=False):
            raise Busy
        work = self._threads.submit(verify_password, password, encoded)
        work.add_done_callback(lambda _: self._room.release())
        return await asyncio.wrap_future(work)
