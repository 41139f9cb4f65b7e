"""One question to the API for a record that the replica doesn't have yet.

A code scanned in the instant it was made works, and so does its page; everything else about a miss
is bounded: one question per record at a time, few at once, 300 ms each, and a record that doesn't
exist is not asked for again for seconds. The API being away makes a miss a 404, nothing worse.
"""

import asyncio
import time
from collections.abc import Callable

import httpx

ASK_SECONDS = 0.3
MAX_AT_ONCE = 32
NEGATIVE_SECONDS = 3.0
POSITIVE_SECONDS = 5.0
MAX_REMEMBERED = 20_000
PER_NETWORK = 60
NETWORK_SECONDS = 60.0
FORGOTTEN = (0.0, None)


class Misses:
    """`ask` gives the bytes of the record under a routing key, or None."""

    def __init__(self, api: httpx.AsyncClient, clock: Callable[[], float] = time.monotonic) -> None:
        self.asked = self.failed = self.refused = 0
        self._api = api
        self._clock = clock
        self._known: dict[str, tuple[float, bytes | None]] = {}
        self._asking: dict[str, asyncio.Task[bytes | None]] = {}
        self._tries: dict[int, int] = {}
        self._tries_since = clock()

    async def ask(self, key: str, network: bytes) -> bytes | None:
        """`network` is whose question this is: a network that guesses slugs is asked for little."""
        until, value = self._known.get(key, FORGOTTEN)
        if self._clock() < until:
            return value
        task = self._asking.get(key)
        if task is None:
            if len(self._asking) >= MAX_AT_ONCE or not self._may_ask(network):
                self.refused += 1
                return None
            task = self._asking[key] = asyncio.create_task(self._ask(key))
        return await asyncio.shield(task)

    def answered(self, key: str) -> bytes | None:
        """What was said to a question of the last seconds."""
        until, value = self._known.get(key, FORGOTTEN)
        return value if self._clock() < until else None

    async def _ask(self, key: str) -> bytes | None:
        self.asked += 1
        try:
            async with asyncio.timeout(ASK_SECONDS):
                value = await self._fetch(key)
        except (httpx.HTTPError, TimeoutError):
            self.failed += 1
            value = None
        finally:
            del self._asking[key]
        self._remember(key, value)
        return value

    async def _fetch(self, key: str) -> bytes | None:
        answer = await self._api.get("/internal/routing/record", params={"key": key})
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        answer.raise_for_status()
        return answer.content

    def _remember(self, key: str, value: bytes | None) -> None:
        if len(self._known) >= MAX_REMEMBERED:
            self._known.clear()
        kept = NEGATIVE_SECONDS if value is None else POSITIVE_SECONDS
        self._known[key] = (self._clock() + kept, value)

    def _may_ask(self, network: bytes) -> bool:
        """Counts by a hash that is seeded per process, so that no address is kept."""
        now = self._clock()
        if now - self._tries_since > NETWORK_SECONDS or len(self._tries) >= MAX_REMEMBERED:
            self._tries, self._tries_since = {}, now
        key = hash(network)
        tries = self._tries[key] = self._tries.get(key, 0) + 1
        return tries <= PER_NETWORK
