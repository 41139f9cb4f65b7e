"""Running totals from analytics, written to links; a link that had all its scans is closed.

Totals are absolute, so reading a record twice is harmless: apply, then commit the offsets.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from qz_api.db import Database
from qz_api.duties import over_and_over
from qz_api.metrics import WorkerMetrics
from qz_api.stats import store
from qz_api.stats.closing import close_full
from qz_common.clock import Clock
from qz_common.events import Tally, decode_tally
from qz_common.ids import read_id
from qz_common.kafka import KafkaSettings, ensure_topics, make_consumer
from qz_common.kafka_waits import answered, stopped
from qz_common.topics import TALLIES

GROUP = "api-tallies"
BATCH = 2000
CHUNK = 500
POLL_MS = 500
log = structlog.get_logger()


class TallyFollower:
    def __init__(
        self, kafka: KafkaSettings, db: Database, metrics: WorkerMetrics, clock: Clock
    ) -> None:
        self._kafka = kafka
        self._db = db
        self._metrics = metrics
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        errors = self._metrics.job_errors.labels("tallies")
        await over_and_over("tallies", lambda: self._follow(stop), stop, errors)

    async def _follow(self, stop: asyncio.Event) -> None:
        # asking for a topic that is not there makes some brokers invent one
        await ensure_topics(self._kafka)
        consumer = make_consumer(self._kafka, TALLIES, group=GROUP)
        await consumer.start()
        try:
            while not stop.is_set():
                await self._round(consumer)
        finally:
            await stopped(consumer.stop())

    async def _round(self, consumer: AIOKafkaConsumer) -> None:
        found = await consumer.getmany(timeout_ms=POLL_MS, max_records=BATCH)
        tallies = newest(record for records in found.values() for record in records)
        for start in range(0, len(tallies), CHUNK):
            applied = await apply(self._db, tallies[start : start + CHUNK], self._clock.now())
            self._metrics.tallies.inc(applied)
        if found:
            await answered(consumer.commit())


async def apply(db: Database, tallies: Sequence[Tally], now: datetime) -> int:
    async with db.system() as conn:
        applied = await store.apply_totals(conn, tallies)
        full = await store.full(conn, tallies)
    for row in full:
        await close_full(db, row["workspace_id"], row["mode"], row["ids"], now)
    return applied


def newest(records: Iterable[ConsumerRecord]) -> list[Tally]:
    """The newest readable total of each link; what is unreadable is left out and logged."""
    found: dict[str, Tally] = {}
    for record in records:
        tally = _decode(record)
        if tally and tally.as_of_ms >= getattr(found.get(tally.link), "as_of_ms", 0):
            found[tally.link] = tally
    return list(found.values())


def _decode(record: ConsumerRecord) -> Tally | None:
    try:
        tally = decode_tally(record.value or b"")
    except ValueError as error:
        log.error("a tally can't be read", offset=record.offset, reason=str(error))
        return None
    return tally if read_id("lnk", tally.link) and read_id("ws", tally.workspace) else None
