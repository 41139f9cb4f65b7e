"""How a role of a service runs: one loop, SIGTERM or SIGINT ends it in order."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

import uvloop

from qz_common.settings import SettingsError, load
from qz_common.telemetry import configure_logging

S = TypeVar("S")
Role = Callable[[asyncio.Event], Awaitable[None]]
BAD_SETTINGS_EXIT = 78
"""EX_CONFIG: a supervisor need not try again."""


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
    except (OSError, ExceptionGroup) as error:
        sys.exit(f"{service} {role}: {error}")


async def _until_signal(main: Role) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await main(stop)


def _complain(error: SettingsError) -> int:
    sys.stderr.write(f"settings:\n{error}\n")
    return BAD_SETTINGS_EXIT
