"""Tries are counted before the secret is looked at, in a transaction of their own.

So a burst in parallel gets no more than one after another, and an account that does not exist is
limited like one that does. Only keyed hashes of accounts and networks are stored.
"""

import hashlib
import hmac
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from qz_api.accounts.attempts import store
from qz_api.db import Database
from qz_api.http.scope import Scope
from qz_api.sealing import Secrets
from qz_common.address import network_of
from qz_common.errors import TooMany

SWEEP_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Allowance:
    burst: int
    step: timedelta
    """One try comes back in this time."""


SIGN_IN_ACCOUNT = Allowance(10, timedelta(minutes=2))
SIGN_IN_NETWORK = Allowance(100, timedelta(seconds=10))
SIGN_UP_NETWORK = Allowance(20, timedelta(minutes=5))
TOKEN_USER = Allowance(20, timedelta(minutes=1))
USER_CALLS = Allowance(240, timedelta(milliseconds=250))

Tries = Mapping[str, Allowance]
"""Who tries what (`sign-in account:…`), and how often they may."""


@dataclass(frozen=True, slots=True)
class Attempts:
    db: Database
    secrets: Secrets

    async def take(self, tries: Tries) -> None:
        waits = []
        async with self.db.system() as conn:
            # in one order everywhere, so that two calls never wait for each other
            for who in sorted(tries):
                allowed = tries[who]
                waits.append(await store.take(conn, self._key(who), allowed.burst, allowed.step))
        longest = max((wait for wait in waits if wait is not None), default=None)
        if longest is not None:
            seconds = max(1, math.ceil(longest.total_seconds()))
            raise TooMany(
                f"too many tries; try again in {seconds} s",
                "too_many_attempts",
                headers={"Retry-After": str(seconds)},
            )

    async def forgive(self, who: str) -> None:
        """A right answer clears what the wrong ones before it have used up."""
        async with self.db.system() as conn:
            await store.forgive(conn, self._key(who))

    def _key(self, who: str) -> bytes:
        return hmac.digest(self.secrets.derive("attempts"), who.encode(), hashlib.sha256)


async def sweep(db: Database) -> None:
    async with db.system() as conn:
        await store.delete_full(conn, SWEEP_ROWS)


def network(scope: Scope) -> str:
    """The /24 or /48 that a request comes from; one and the same where that is unknown."""
    host, _ = scope.get("client") or ("", 0)
    return network_of(host).hex()
