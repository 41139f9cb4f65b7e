"""One record per call on the topic `requests`, and nothing that a caller would notice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka import ConsumerRecord, TopicPartition

from qz_api.app import create_app
from qz_api.callers.plans import SELF_HOSTED
from qz_api.callers.principal import Principal
from qz_api.calls.log import CallLog, recording
from qz_api.calls.settings import CallSettings
from qz_api.deps import Deps
from qz_api.http.state import RequestState
from qz_api.metrics import api_metrics
from qz_common.events import RequestRecord, decode_request
from qz_common.ids import new_uuid
from qz_common.kafka import ensure_topics, make_consumer
from qz_common.settings import load
from qz_common.topics import REQUESTS
from tests.api.conftest import MakeTenant, client_of
from tests.fixtures.api import ApiRole, api_environment_of, seeded
from tests.fixtures.broker import Broker, broker_environment
from tests.fixtures.postgres import Database
from tests.fixtures.wait import eventually

LEAST = {"destination_url": "https://example.com"}


def settings_of(broker: Broker, prefix: str, **more: str) -> CallSettings:
    return load(CallSettings, {**broker_environment(broker, prefix), **more})


async def recorded(settings: CallSettings, count: int) -> list[tuple[bytes, RequestRecord]]:
    """Key and record of every call on the topic, when there are so many; repeats are one."""
    await ensure_topics(settings.kafka, (REQUESTS,))
    consumer = make_consumer(settings.kafka)
    await consumer.start()
    found: dict[int, tuple[bytes, RequestRecord]] = {}
    try:
        topic = settings.kafka.topic(REQUESTS)
        consumer.assign([TopicPartition(topic, number) for number in range(REQUESTS.partitions)])
        await consumer.seek_to_beginning()
        async with asyncio.timeout(20):
            while len(found) < count:
                for records in (await consumer.getmany(timeout_ms=100)).values():
                    found |= {pair[1].seq: pair for pair in map(read, records)}
    finally:
        await consumer.stop()
    return [found[seq] for seq in sorted(found)]


def read(record: ConsumerRecord) -> tuple[bytes, RequestRecord]:
    return record.key, decode_request(record.value)


@pytest.fixture
async def calls(
    deps: Deps, broker: Broker, topic_prefix: str
) -> AsyncIterator[tuple[CallLog, CallSettings]]:
    settings = settings_of(broker, topic_prefix)
    async with recording(settings, deps.metrics) as opened:
        assert opened is not None
        yield opened, settings


SOMEBODY = Principal(
    kind="key",
    id="key_1",
    name="test",
    workspace=new_uuid(),
    mode="live",
    scopes=frozenset(),
    plan=SELF_HOSTED,
)


def note(log: CallLog) -> None:
    state = RequestState("req_1", route="/v1/me", principal=SOMEBODY)
    log.note(state, method="GET", status=200, ms=1.0)


async def test_a_call_is_told_by_whom_to_what_and_how_it_ended(
    deps: Deps,
    calls: tuple[CallLog, CallSettings],
    make_tenant: MakeTenant,
    stack: AsyncExitStack,
) -> None:
    log, settings = calls
    app, tenant = create_app(deps, log), await make_tenant(requests_per_month=6)
    client = await client_of(app, stack, await tenant.key(mode="test"))
    made = await client.post("/v1/qr-codes", json=LEAST, headers={"X-Request-Id": "mine"})
    await client.get(f"/v1/qr-codes/{made.json()['id']}")
    await client.get("/v1/qr-codes/qr_nothing")
    body = {"defaults": LEAST, "items": [{}] * 3}
    assert (await client.post("/v1/qr-codes/bulk", json=body)).status_code == 200
    assert (await client.get("/v1/me")).status_code == 429
    stranger = await client_of(app, stack, None)
    assert (await stranger.get("/v1/me")).status_code == 401
    found = await recorded(settings, 5)
    assert {key.decode() for key, _ in found} == {tenant.text}
    records = [record for _, record in found]
    assert [(r.method, r.route, r.status, r.code, r.units) for r in records] == [
        ("POST", "/v1/qr-codes", 201, "", 1),
        ("GET", "/v1/qr-codes/{id}", 200, "", 1),
        ("GET", "/v1/qr-codes/{id}", 404, "not_found", 1),
        ("POST", "/v1/qr-codes/bulk", 200, "", 3),
        ("GET", "/v1/me", 429, "quota_exceeded", 0),
    ]
    assert records[0].id == "mine"
    assert {(r.workspace, r.mode, r.process) for r in records} == {
        (tenant.text, "test", log.process)
    }
    assert [record.seq for record in records] == [1, 2, 3, 4, 5]
    assert all(record.principal.startswith("key_") and record.ms > 0 for record in records)


async def test_what_waited_for_the_broker_arrives_when_it_is_there(
    own_broker: Broker, topic_prefix: str
) -> None:
    own_broker.stop()
    metrics, settings = api_metrics(), settings_of(own_broker, topic_prefix)
    async with recording(settings, metrics) as log:
        assert log is not None
        for _ in range(40):
            note(log)
        own_broker.start()
        found = await recorded(settings, 40)
    assert [record.seq for _, record in found] == list(range(1, 41))
    assert metrics.registry.get_sample_value(
        "quietzone_api_request_records_total", {"outcome": "dropped"}
    ) in (None, 0)


async def test_what_waits_at_the_end_is_sent_before_it(broker: Broker, topic_prefix: str) -> None:
    metrics, settings = api_metrics(), settings_of(broker, topic_prefix)
    async with recording(settings, metrics) as log:
        assert log is not None
        note(log)
        await recorded(settings, 1)
        note(log)
    assert len(await recorded(settings, 2)) == 2


def test_what_finds_no_room_is_dropped_and_leaves_a_gap() -> None:
    metrics = api_metrics()
    log = CallLog(metrics, most_waiting=3)
    for _ in range(5):
        note(log)
    dropped = metrics.registry.get_sample_value(
        "quietzone_api_request_records_total", {"outcome": "dropped"}
    )
    assert dropped == 2


async def test_records_can_be_turned_off(broker: Broker, topic_prefix: str) -> None:
    settings = settings_of(broker, topic_prefix, REQUEST_RECORDS="false")
    async with recording(settings, api_metrics()) as log:
        assert log is None


async def test_a_broker_that_is_away_or_stuck_is_noticed_by_no_caller(
    database: Database, own_broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    own_broker.stop()
    environment: dict[str, Any] = {
        **api_environment_of(database),
        **broker_environment(own_broker, topic_prefix),
        "REQUEST_RECORDS": "true",
    }
    headers = {"Authorization": f"Bearer {seeded(environment)['live_key']}"}
    role = ApiRole("serve", environment, tmp_path)
    role.child.start()
    settings = settings_of(own_broker, topic_prefix)
    try:
        async with httpx.AsyncClient(base_url=role.url, headers=headers, timeout=2) as client:

            async def call() -> bool:
                return (await client.get("/v1/me")).status_code == 200

            assert all([await call() for _ in range(5)])
            own_broker.start()
            assert len(await recorded(settings, 5)) == 5
            own_broker.pause()
            assert all([await call() for _ in range(5)])
            own_broker.resume()
            assert {record.seq for _, record in await recorded(settings, 10)} == set(range(1, 11))
            await eventually(role.is_ready)
    finally:
        role.child.stop()
