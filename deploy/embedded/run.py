"""`make run`: the whole of Quietzone on this machine, in one terminal.

    python -m deploy.embedded.run

Starts the real parts and every role, prints where they are, and keeps them alive. One Ctrl-C
(or SIGTERM) stops all in order and loses nothing; a second one stops at once.
"""

import asyncio
import contextlib
import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from deploy.embedded.backends import BackendError
from deploy.embedded.child import StartError
from deploy.embedded.console import Console
from deploy.embedded.process import AccountError
from deploy.embedded.settings import PortsError, StackSettings, check_ports
from deploy.embedded.stack import Stack, geo_database
from deploy.embedded.supervise import Supervisor
from deploy.embedded.vault import VaultError, load_secrets
from qz_common.settings import SettingsError, load

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
NOT_STARTED, WRONG_SETTINGS = 1, 2


class InUseError(Exception):
    """Another run has this data folder."""


WRONG = (SettingsError, PortsError, BackendError, AccountError, VaultError, InUseError)


def main() -> int:
    try:
        settings = load(StackSettings, os.environ)
        with data_folder(settings.folder):
            return asyncio.run(run(settings, Console()))
    except StartError as error:
        return _complain(error, NOT_STARTED)
    except WRONG as error:
        return _complain(error, WRONG_SETTINGS)


@contextlib.contextmanager
def data_folder(folder: Path) -> Iterator[None]:
    """The folder, ours alone until the end."""
    folder.mkdir(parents=True, exist_ok=True)
    # root lets the user that Postgres runs as walk through; what is inside is private by itself
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    for name in ("logs", "redirect", "clickhouse"):
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    with (folder / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise InUseError(
                f"a running Quietzone (pid {lock.read().strip()}) has {folder}; stop it, or set "
                "QUIETZONE_DATA to another folder"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


async def run(settings: StackSettings, console: Console) -> int:
    began = time.monotonic()
    stack = Stack(settings, load_secrets(settings.folder / "secrets.json"))
    stack.postgres.clear_leftover()
    check_ports(settings)
    console.opening(settings.folder)
    supervisor = Supervisor(
        stack.nodes(),
        settings.folder / "logs",
        stack.environment,
        console.say,
        console.note_ready,
    )
    with _stop_signals(supervisor) as stop:
        try:
            if await _started(supervisor, stop):
                seconds = time.monotonic() - began
                console.summary(stack.demo, settings.folder, geo_database(), seconds)
                await stop.wait()
            console.say("stopping; once more to stop at once")
        finally:
            await supervisor.stop()
        console.say("stopped; the data is kept")
    return 0


async def _started(supervisor: Supervisor, stop: asyncio.Event) -> bool:
    """False when asked to stop before everything was up."""
    starting = asyncio.create_task(supervisor.start())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if starting.done():
        await starting
        return True
    starting.cancel()
    await asyncio.wait({starting})
    return False


@contextlib.contextmanager
def _stop_signals(supervisor: Supervisor) -> Iterator[asyncio.Event]:
    stop = asyncio.Event()

    def asked() -> None:
        if stop.is_set():
            supervisor.kill()
        stop.set()

    loop = asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, asked)
    yield stop
    for number in STOP_SIGNALS:
        loop.remove_signal_handler(number)


def _complain(error: Exception, code: int) -> int:
    print(f"\n  Quietzone can't run:\n\n{_indented(str(error))}\n", file=sys.stderr, flush=True)
    return code


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


if __name__ == "__main__":
    sys.exit(main())
