"""Tells the relay that there is something to publish: after the commit, and once for many.

A NOTIFY inside a transaction makes the commits of a whole database wait for each other, each for
its disk. When nobody tells (a process died between the two), the relay looks by itself.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from qz_common.errors import Unavailable

GAP_SECONDS = 0.005
REST_SECONDS = 1.0
TELL = "SELECT set_config('synchronous_commit', 'off', true), pg_notify('outbox', '')"

log = structlog.get_logger()


class Bell:
    def __init__(self, execute: Callable[[str], Awaitable[None]]) -> None:
        self._execute = execute
        self._is_rung = False
        self._telling: asyncio.Task[None] | None = None

    def ring(self) -> None:
        """Waits for nothing."""
        self._is_rung = True
        if self._telling is None:
            self._telling = asyncio.create_task(self._tell())

    async def rest(self) -> None:
        """Returns when everything has been told, or it takes too long."""
        if self._telling is not None:
            await asyncio.wait([self._telling], timeout=REST_SECONDS)

    async def _tell(self) -> None:
        try:
            while self._is_rung:
                self._is_rung = False
                await self._execute(TELL)
                await asyncio.sleep(GAP_SECONDS)
        except Unavailable as problem:
            log.warning("the relay was not told", reason=problem.detail)
        finally:
            self._telling = None
