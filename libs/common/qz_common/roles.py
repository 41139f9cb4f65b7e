"""How a role of a service runs: one loop, SIGTERM or SIGINT ends it in order."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import TypeVar

import structlog
import uvloop

from qz_common.errors import CannotStart, Permanent
from qz_common.settings import SettingsError, load
from qz_common.telemetry import configure_logging

S = TypeVar("S")
Role = Callable[[asyncio.Event], Awaitable[None]]
BAD_SETTINGS_EXIT = 78
"""EX_CONFIG: a supervisor need not try again."""
log = structlog.get_logger()


def settings_or_exit(kind: type[S]) -> S:
    try:
        return load(kind, os.environ)
    except SettingsError as error:
        sys.exit(_complain(error))


def run_role(service: str, role: str, main: Role) -> None:
    """Runs `main(stop)` until it returns; `stop` is set by the first SIGTERM or SIGINT."""
    configure_logging(service, role)
    try:
        uvloop.run(_until_signal(main))
    except Exception as error:
        causes = list(causes_of(error))
        if not all(isinstance(cause, CannotStart | Permanent) for cause in causes):
            log.error("the role failed", exc_info=error)
        sys.exit(f"{service} {role}: {'; '.join(map(str, causes))}")


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """What stands in a group, however deep; a group's own words tell nothing."""
    if not isinstance(error, BaseExceptionGroup):
        yield error
        return
    for each in error.exceptions:
        yield from causes_of(each)


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Rests so long, or until the role is to end."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def _until_signal(main: Role) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await main(stop)


def _complain(error: SettingsError) -> int:
    sys.stderr.write(f"settings:\n{error}\n")
    return BAD_SETTINGS_EXIT
