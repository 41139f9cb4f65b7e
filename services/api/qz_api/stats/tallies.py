"""Running totals from analytics, written to links; a link that had all its scans is closed.

Totals are absolute, so reading a record twice is harmless: apply, then commit the offsets.
"""

import asyncio
from collections.abc import Iterable

import msgspec
import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from qz_api.connection import Row
from qz_api.db import Database
from qz_api.duties import over_and_over
from qz_api.metrics import WorkerMetrics
from qz_api.outbox import store as outbox
from qz_api.stats import store
from qz_api.transaction import Transaction
from qz_common.events import Tally, decode_tally
from qz_common.ids import read_id
from qz_common.kafka import KafkaSettings, ensure_topics, make_consumer
from qz_common.kafka_waits import answered, stopped
from qz_common.records import CodeRecord, code_key, decode
from qz_common.topics import TALLIES

GROUP = "api-tallies"
BATCH = 2000
CHUNK = 500
POLL_MS = 500
log = structlog.get_logger()


class TallyFollower:
    def __init__(self, kafka: KafkaSettings, db: Database, metrics: WorkerMetrics) -> None:
        self._kafka = kafka
        self._db = db
        self._metrics = metrics

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
            async with self._db.system() as conn:
                applied = await apply(conn, tallies[start : start + CHUNK])
            self._metrics.tallies.inc(applied)
        if found:
            await answered(consumer.commit())


async def apply(conn: Transaction, tallies: list[Tally]) -> int:
    applied = await store.apply_totals(conn, tallies)
    for link in await store.exhaust(conn, tallies):
        await _close(conn, link)
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
    return tally if read_id("lnk", tally.link) else None


async def _close(conn: Transaction, link: Row) -> None:
    key = code_key(link["host"], link["slug"])
    value = await store.published(conn, key)
    record = decode(value) if value else None
    if isinstance(record, CodeRecord):
        closed = msgspec.structs.replace(record, status="exhausted", version=link["route_version"])
        await outbox.append(conn, link["workspace_id"], key, closed)
