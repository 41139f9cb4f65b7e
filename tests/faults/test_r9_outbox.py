"""R9: every committed change is published, in order per key, though the relay is killed."""

import asyncio
import random
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from qz_api.deferred import write_deferred
from qz_api.outbox import store
from qz_common.kafka import ensure_topics, make_consumer
from qz_common.records import CodeRecord, code_key, decode
from qz_common.topics import ROUTING
from tests.fixtures.api import ApiRole, api_environment_of
from tests.fixtures.broker import Broker, broker_environment
from tests.fixtures.postgres import Database
from tests.fixtures.scans import kafka_settings
from tests.fixtures.session import Session

DRAIN_SECONDS = 60.0


@pytest.mark.parametrize(
    ("writers", "edits", "kills"),
    [(10, 60, 3), pytest.param(50, 2_000, 100, marks=pytest.mark.slow)],
)
async def test_a_killed_relay_misses_nothing(
    database: Database,
    broker: Broker,
    topic_prefix: str,
    tmp_path: Path,
    writers: int,
    edits: int,
    kills: int,
) -> None:
    settings = kafka_settings(broker, topic_prefix)
    await ensure_topics(settings)
    environment = {**api_environment_of(database), **broker_environment(broker, topic_prefix)}
    worker = ApiRole("worker", environment, tmp_path)
    consumer = make_consumer(settings, ROUTING)
    await consumer.start()
    try:
        writing = asyncio.gather(*(write(database, name(each), edits) for each in range(writers)))
        for _ in range(kills):
            await asyncio.to_thread(worker.child.launch)
            await asyncio.wait([writing], timeout=random.uniform(0.8, 2.5))
            await asyncio.to_thread(worker.child.kill)
        await writing
        await asyncio.to_thread(worker.child.launch)
        async with asyncio.timeout(DRAIN_SECONDS):
            seen = await read(consumer, {name(each): edits for each in range(writers)})
    finally:
        await consumer.stop()
        worker.child.kill()
    for key, found in seen.items():
        assert list(dict.fromkeys(found)) == list(range(edits)), key


async def write(database: Database, key: str, edits: int) -> None:
    """Each edit commits after a delay of its own, so numbers and commits come in other orders."""
    conn = await asyncpg.connect(
        database.dsn, server_settings={"app.workspace": "*"}, connection_class=Session
    )
    try:
        for edit in range(edits):
            async with conn.transaction():
                version = await store.next_version(conn)
                record = CodeRecord(version=version, workspace="ws", link=key, tags=(str(edit),))
                await store.append(conn, None, key, record)
                await write_deferred(conn)
                await conn.execute("SELECT pg_sleep($1)", random.expovariate(200))
    finally:
        await conn.close()


async def read(consumer: AIOKafkaConsumer, wanted: dict[str, int]) -> dict[str, list[int]]:
    """The edits of each key in the order of the topic, until the last one of each is there."""
    seen: dict[str, list[int]] = {key: [] for key in wanted}
    while any(not found or found[-1] != wanted[key] - 1 for key, found in seen.items()):
        batches: dict[object, list[ConsumerRecord]] = await consumer.getmany(timeout_ms=200)
        for records in batches.values():
            for record in records:
                note(record, seen)
    return seen


def note(record: ConsumerRecord, seen: dict[str, list[int]]) -> None:
    value = decode(record.value) if record.value else None
    if isinstance(value, CodeRecord):
        seen[value.link].append(int(value.tags[0]))


def name(number: int) -> str:
    return code_key("", f"slug-{number}")
