"""argon2id on few threads of its own, with a short queue.

A flood of sign-ins costs these threads only; whoever finds the queue full is told to come back.
A password that belongs to nobody is checked against a hash of nothing, so that it takes as long.
"""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from threading import BoundedSemaphore
from typing import ParamSpec, Self, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from qz_api.accounts.password_rules import spelled
from qz_api.accounts.settings import AccountSettings
from qz_common.errors import Unavailable

P = ParamSpec("P")
R = TypeVar("R")
MAX_WAITING = 32


def make_hasher(settings: AccountSettings) -> PasswordHasher:
    return PasswordHasher(
        time_cost=settings.password_passes,
        memory_cost=settings.password_memory_kib,
        parallelism=1,
    )


def matches(hasher: PasswordHasher, password: str, encoded: str) -> bool:
    try:
        return hasher.verify(encoded, spelled(password))
    except (VerificationError, InvalidHashError):
        return False


class Passwords:
    """A context manager: its threads end with it."""

    def __init__(self, settings: AccountSettings) -> None:
        self._hasher = make_hasher(settings)
        self._threads = ThreadPoolExecutor(settings.password_threads, "argon2")
        self._room = BoundedSemaphore(settings.password_threads + MAX_WAITING)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(cancel_futures=True)

    async def hash(self, password: str) -> str:
        return await self._off_the_loop(self._hasher.hash, spelled(password))

    async def matches(self, password: str, encoded: str | None) -> bool:
        """False after the same time when there is nothing to match."""
        return await self._off_the_loop(self._matches, password, encoded)

    def is_outdated(self, encoded: str) -> bool:
        return self._hasher.check_needs_rehash(encoded)

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash(secrets.token_urlsafe())

    def _matches(self, password: str, encoded: str | None) -> bool:
        nobody = self._nobody
        right = matches(self._hasher, password, encoded or nobody)
        return right and encoded is not None

    async def _off_the_loop(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        if not self._room.acquire(blocking=False):
            raise Unavailable(
                "too many passwords are being checked", "busy", headers={"Retry-After": "1"}
            )
        running = self._threads.submit(work, *args, **kwargs)
        running.add_done_callback(lambda _: self._room.release())
        return await asyncio.wrap_future(running)
