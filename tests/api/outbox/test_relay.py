"""Committed changes reach Kafka, in order per key, whoever dies meanwhile."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace

import asyncpg
import httpx
import pytest
from aiokafka import ConsumerRecord

from qz_api.connection import Connection, Row
from qz_api.deferred import write_deferred
from qz_api.deps import Deps
from qz_api.metrics import WorkerMetrics
from qz_api.outbox import store, watch
from qz_api.outbox.reseed import republish
from qz_api.outbox.watch import stand
from qz_api.settings import WorkerSettings
from qz_common.records import CodeRecord, MarkerRecord, code_key, decode
from qz_common.settings import load
from qz_common.topics import ROUTING
from tests.api.conftest import Tenant
from tests.api.outbox.conftest import reading, relaying
from tests.api.test_duties import held
from tests.fixtures.broker import Broker, broker_environment
from tests.fixtures.postgres import Cluster, Database, migrate_api
from tests.fixtures.session import Session
from tests.fixtures.wait import eventually

LEAST = {"destination_url": "https://example.com"}


def of_codes(records: list[ConsumerRecord]) -> list[CodeRecord]:
    decoded = (decode(record.value) for record in records if record.value)
    return [record for record in decoded if isinstance(record, CodeRecord)]


async def test_a_created_code_is_published_soon(
    relay: None, worker_settings: WorkerSettings, api: httpx.AsyncClient, metrics: WorkerMetrics
) -> None:
    await eventually(lambda: metrics.relay_active._value.get() == 1)
    async with reading(worker_settings, ROUTING) as reader:
        code = (await api.post("/v1/qr-codes", json=LEAST)).json()
        await reader.until(lambda records: len(of_codes(records)) == 1, within=20)
    record = of_codes(reader.records)[0]
    assert record.code == code["id"]


async def test_published_rows_leave_the_table(
    relay: None, api: httpx.AsyncClient, tenant: Tenant
) -> None:
    await api.post("/v1/qr-codes", json=LEAST)

    async def is_empty() -> bool:
        return not await tenant.rows("SELECT FROM outbox")

    await eventually(is_empty)


async def test_rows_that_commit_late_are_published_in_order_of_their_key(
    worker_settings: WorkerSettings, metrics: WorkerMetrics, deps: Deps, tenant: Tenant
) -> None:
    """Eight writers commit with delays; the relay is cut off again and again meanwhile."""
    keys, edits = 8, 25

    async def write(key: str) -> None:
        for edit in range(edits):
            async with deps.db.transaction(tenant.id) as conn:
                version = await store.next_version(conn)
                record = CodeRecord(
                    version=version, workspace=tenant.text, link=key, tags=(str(edit),)
                )
                await store.append(conn, tenant.id, key, record)
                await conn.execute("SELECT pg_sleep($1)", random.random() / 100)

    async def cut_off() -> None:
        for _ in range(6):
            async with deps.db.connection() as conn:
                await conn.execute("SELECT pg_sleep(0.15)")
                await conn.execute(
                    """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                       WHERE application_name = 'quietzone-relay'"""
                )

    names = [code_key("", f"slug-{number}") for number in range(keys)]
    async with relaying(worker_settings, metrics), reading(worker_settings, ROUTING) as reader:
        await asyncio.gather(cut_off(), *(write(name) for name in names))
        await reader.until(
            lambda records: len({record.version for record in of_codes(records)}) >= keys * edits,
            within=30,
        )
    for name in names:
        seen = list(
            dict.fromkeys(
                int(each.tags[0]) for each in of_codes(reader.records) if each.link == name
            )
        )
        assert seen == list(range(edits))


async def test_a_second_relay_stands_by_and_takes_over(
    worker_settings: WorkerSettings, metrics: WorkerMetrics, api: httpx.AsyncClient, tenant: Tenant
) -> None:
    async def waiting() -> int:
        return len(await tenant.rows("SELECT FROM outbox"))

    async with relaying(worker_settings, metrics):
        async with relaying(worker_settings, metrics):
            await api.post("/v1/qr-codes", json=LEAST)
            await eventually(_nothing(waiting))
        await api.post("/v1/qr-codes", json=LEAST)
        await eventually(_nothing(waiting))


async def test_an_edit_survives_postgres_going_away(
    own_postgres: Cluster, worker_settings: WorkerSettings, metrics: WorkerMetrics
) -> None:
    database = own_postgres.create()
    migrate_api(database)
    settings = _pointed_at(worker_settings, database)
    async with relaying(settings, metrics), reading(settings, ROUTING) as reader:
        await _append(database, "a")
        await reader.until(lambda records: len(of_codes(records)) == 1, within=10)
        own_postgres.kill()
        own_postgres.start()
        await _append(database, "b")
        await reader.until(
            lambda records: {each.link for each in of_codes(records)} == {"a", "b"}, within=15
        )


async def test_a_lock_that_is_held_too_long_ends_no_relay(
    worker_settings: WorkerSettings,
    metrics: WorkerMetrics,
    api: httpx.AsyncClient,
    database: Database,
) -> None:
    async with relaying(worker_settings, metrics), reading(worker_settings, ROUTING) as reader:
        await eventually(lambda: is_active(metrics), within=10)
        async with held(database, "LOCK TABLE outbox"):
            await eventually(lambda: metrics.publish_errors._value.get() > 0, within=10)
        await api.post("/v1/qr-codes", json=LEAST)
        await reader.until(lambda records: len(of_codes(records)) == 1, within=10)


async def test_a_fresh_broker_is_filled_and_every_partition_closed(
    worker_settings: WorkerSettings, metrics: WorkerMetrics, api: httpx.AsyncClient, tenant: Tenant
) -> None:
    for _ in range(5):
        await api.post("/v1/qr-codes", json=LEAST)
    await tenant.rows("DELETE FROM outbox")
    async with relaying(worker_settings, metrics), reading(worker_settings, ROUTING) as reader:
        await reader.until(lambda records: len(closed(records)) == ROUTING.partitions, within=10)
    assert len(of_codes(reader.records)) == 5


async def test_a_filled_topic_is_not_filled_again_until_asked(
    worker_settings: WorkerSettings, metrics: WorkerMetrics, api: httpx.AsyncClient, deps: Deps
) -> None:
    await api.post("/v1/qr-codes", json=LEAST)
    async with relaying(worker_settings, metrics):
        await eventually(lambda: metrics.reseeds._value.get() == 1, within=10)
    async with deps.db.system() as conn:
        assert await stand(worker_settings.kafka, await marked(conn, worker_settings))
    async with relaying(worker_settings, metrics):
        await eventually(lambda: is_active(metrics), within=10)
        await republish(worker_settings.postgres.dsn, after_restore=False)
        await eventually(lambda: metrics.reseeds._value.get() == 2, within=10)


async def test_a_look_that_takes_long_holds_up_no_edit(
    worker_settings: WorkerSettings,
    metrics: WorkerMetrics,
    api: httpx.AsyncClient,
    tenant: Tenant,
    deps: Deps,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It waits for markers in partitions that have no record yet, longer than all else takes."""
    monkeypatch.setattr(watch, "READ_MS", 6_000)
    async with deps.db.system() as conn:
        topic = worker_settings.kafka.topic(ROUTING)
        await store.begin_fill(conn, topic, "lost")
        for partition in range(ROUTING.partitions):
            await store.put_marker(conn, topic, partition, "lost", 0)
        await conn.execute("DELETE FROM routing_markers WHERE partition_number = -1")
    await api.post("/v1/qr-codes", json=LEAST)
    async with relaying(worker_settings, metrics):
        await eventually(lambda: metrics.published._value.get() == 1, within=10)
        async with deps.db.system() as conn:
            markers = await marked(conn, worker_settings)
        assert {marker["marker_id"] for marker in markers} == {"lost"}
        assert not await tenant.rows("SELECT FROM routing_markers WHERE partition_number = -1")
        await eventually(lambda: metrics.reseeds._value.get() == 1)


async def test_a_republish_that_is_asked_for_during_a_fill_is_not_lost(
    worker_settings: WorkerSettings, metrics: WorkerMetrics, deps: Deps
) -> None:
    topic = worker_settings.kafka.topic(ROUTING)
    async with deps.db.system() as conn:
        await store.begin_fill(conn, topic, "first")
        await store.put_marker(conn, topic, 0, "first", 7)
        await store.forget_markers(conn)
        await store.put_marker(conn, topic, 1, "first", 7)
        assert await store.markers(conn, topic) == []


async def test_after_a_restore_everything_is_published_with_higher_versions(
    worker_settings: WorkerSettings,
    metrics: WorkerMetrics,
    api: httpx.AsyncClient,
    database: Database,
) -> None:
    await api.post("/v1/qr-codes", json=LEAST)
    async with relaying(worker_settings, metrics), reading(worker_settings, ROUTING) as reader:
        await reader.until(lambda records: len(of_codes(records)) >= 1, within=10)
        seen = max(record.version for record in of_codes(reader.records))
        await republish(database.admin_dsn, after_restore=True)
        await reader.until(
            lambda records: max(each.version for each in of_codes(records)) > seen + (1 << 31),
            within=10,
        )


async def test_a_broker_that_forgot_is_filled_anew(
    own_broker: Broker,
    api_environment: dict[str, str],
    topic_prefix: str,
    metrics: WorkerMetrics,
    api: httpx.AsyncClient,
) -> None:
    environment = {**api_environment, **broker_environment(own_broker, topic_prefix)}
    settings = load(WorkerSettings, environment)
    async with relaying(settings, metrics):
        await api.post("/v1/qr-codes", json=LEAST)
        await eventually(lambda: metrics.published._value.get() == 1, within=10)
        own_broker.kill()
        await api.post("/v1/qr-codes", json=LEAST)
        own_broker.start()
        async with reading(settings, ROUTING) as reader:
            await reader.until(
                lambda records: len({each.code for each in of_codes(records)}) == 2, within=30
            )


async def marked(conn: Connection, settings: WorkerSettings) -> list[Row]:
    return await store.markers(conn, settings.kafka.topic(ROUTING))


def closed(records: list[ConsumerRecord]) -> list[MarkerRecord]:
    decoded = (decode(record.value) for record in records if record.value)
    return [record for record in decoded if isinstance(record, MarkerRecord)]


def is_active(metrics: WorkerMetrics) -> bool:
    return bool(metrics.relay_active._value.get())


def _nothing(count: Callable[[], Awaitable[int]]) -> Callable[[], Awaitable[bool]]:
    async def probe() -> bool:
        return await count() == 0

    return probe


def _pointed_at(settings: WorkerSettings, database: Database) -> WorkerSettings:
    return replace(settings, postgres=replace(settings.postgres, dsn=database.dsn))


async def _append(database: Database, name: str) -> None:
    conn = await asyncpg.connect(
        database.dsn, server_settings={"app.workspace": "*"}, connection_class=Session
    )
    try:
        version = await store.next_version(conn)
        record = CodeRecord(version=version, workspace="ws", link=name)
        await store.append(conn, None, code_key("", name), record)
        await write_deferred(conn)
    finally:
        await conn.close()
