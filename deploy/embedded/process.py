"""How a child is started: it never outlives its parent, and it may run as another user.

Children live in a session of their own, so a Ctrl-C in the terminal reaches the parent alone,
which then stops them in order. Linux tells each child when its parent is gone, however it went.
"""

import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Account:
    """A user of the operating system that a child runs as."""

    name: str
    uid: int
    gid: int


class AccountError(Exception):
    """A user that this machine doesn't have."""


def unprivileged_account(name: str) -> Account | None:
    """The user to hand a child to when we are root; None when we are an ordinary user already."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise AccountError(
            f"no user {name!r} here to run Postgres as; set POSTGRES_OS_USER"
        ) from None
    return Account(name, entry.pw_uid, entry.pw_gid)


def spawn_options(
    death_signal: signal.Signals = signal.SIGKILL, account: Account | None = None
) -> dict[str, Any]:
    """Keyword arguments for subprocess and asyncio alike; call it in the thread that spawns."""
    options: dict[str, Any] = {
        "start_new_session": True,
        "preexec_fn": _die_with_parent(death_signal),
    }
    if account:
        options |= {"user": account.uid, "group": account.gid, "extra_groups": []}
    return options


def _die_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def ask_kernel() -> None:
        if _LIBC:
            _LIBC.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask_kernel


def reachable(path: Path, account: Account) -> bool:
    """Whether `account` may walk down to `path`: every folder above lets it through."""
    return all(_lets_through(folder, account) for folder in path.resolve().parents)


def _lets_through(folder: Path, account: Account) -> bool:
    if not folder.exists():
        return True  # ours to make
    facts = folder.stat()
    if facts.st_uid == account.uid:
        return bool(facts.st_mode & 0o100)
    if facts.st_gid == account.gid:
        return bool(facts.st_mode & 0o010)
    return bool(facts.st_mode & 0o001)
