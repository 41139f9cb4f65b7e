"""Records that can't be used: kept as they came on `scans.dead`, and a limit to how many.

A few are somebody's mistake; many are ours. Over the limit the consumer stops before it stores
or commits anything of that block, and says so until a person has looked.
"""

import asyncio
import math
from collections import deque
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer

from qz_analytics.ingest.block import DeadRecord
from qz_common.errors import Permanent

WINDOW_RECORDS = 100_000
LEAST_RECORDS = 1_000
SIGMAS = 3
"""Chance alone may exceed the share by so many standard deviations."""


class DeadLimitReached(Permanent):
    """Too much of what comes in can't be used."""


class DeadLimit:
    def __init__(self, in_row: int, share: float) -> None:
        self._in_row = in_row
        self._share = share
        self._row = 0
        self._window: deque[tuple[int, int]] = deque()
        self._seen = 0
        self._dead = 0

    def count(self, fates: Sequence[bool]) -> None:
        """`fates` in log order, True for dead."""
        self._count_row(fates)
        dead = sum(fates)
        self._window.append((len(fates), dead))
        self._seen += len(fates)
        self._dead += dead
        while self._seen - self._window[0][0] >= WINDOW_RECORDS:
            seen, old = self._window.popleft()
            self._seen -= seen
            self._dead -= old
        expected = self._share * self._seen
        if self._seen >= LEAST_RECORDS and self._dead > expected + SIGMAS * math.sqrt(expected):
            raise DeadLimitReached(f"{self._dead} of the last {self._seen} records are dead")

    def _count_row(self, fates: Sequence[bool]) -> None:
        for fate in fates:
            self._row = self._row + 1 if fate else 0
            if self._row >= self._in_row:
                raise DeadLimitReached(f"{self._row} dead records in a row")


async def send_dead(
    producer: AIOKafkaProducer, topic: str, source: str, dead: Sequence[DeadRecord]
) -> None:
    """Returns when the broker has them all."""
    waiting = [await producer.send(topic, **_letter(source, item)) for item in dead]
    await asyncio.gather(*waiting)


def _letter(source: str, item: DeadRecord) -> dict[str, object]:
    record = item.record
    return {
        "key": record.key,
        "value": record.value,
        "headers": [
            ("topic", source.encode()),
            ("partition", str(record.partition).encode()),
            ("offset", str(record.offset).encode()),
            ("reason", item.reason.encode()),
        ],
    }
