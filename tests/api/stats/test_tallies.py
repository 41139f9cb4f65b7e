"""Running totals reach links; a link that had all its scans is closed."""

import asyncio

import httpx

from qz_api.deps import Deps
from qz_api.metrics import worker_metrics
from qz_api.settings import WorkerSettings
from qz_api.stats.tallies import TallyFollower, apply
from qz_common.events import Tally, encode
from qz_common.kafka import ensure_topics, make_producer
from qz_common.records import CodeRecord, decode
from qz_common.settings import load
from qz_common.topics import TALLIES
from tests.api.conftest import Tenant
from tests.fixtures.broker import Broker, broker_environment
from tests.fixtures.wait import eventually

LEAST = {"destination_url": "https://example.com"}


def tally(link: str, human: int, as_of_ms: int = 1_700_000_000_000) -> Tally:
    return Tally(
        link=link,
        workspace="ws",
        total=human + 5,
        human=human,
        symbol=human,
        last_scan_at_ms=1_600_000_000_000,
        as_of_ms=as_of_ms,
    )


async def test_totals_are_absolute_and_an_older_one_changes_nothing(
    api: httpx.AsyncClient, deps: Deps
) -> None:
    code = (await api.post("/v1/qr-codes", json=LEAST)).json()
    link = code["link"]["id"]
    for one in (tally(link, 7, 2000), tally(link, 7, 2000), tally(link, 3, 1000)):
        async with deps.db.system() as conn:
            await apply(conn, [one])
    seen = (await api.get(f"/v1/qr-codes/{code['id']}")).json()
    assert seen["scan_count"] == 7
    assert seen["last_scan_at"].startswith("2020-09-13T12:26:40")


async def test_a_link_that_had_all_its_scans_is_closed_and_published(
    api: httpx.AsyncClient, tenant: Tenant, deps: Deps
) -> None:
    code = (await api.post("/v1/qr-codes", json=LEAST)).json()
    await tenant.row("UPDATE links SET max_scans = 5")
    for human in (4, 5, 6):
        async with deps.db.system() as conn:
            await apply(conn, [tally(code["link"]["id"], human, 1000 + human)])
    rows = await tenant.rows("SELECT value FROM outbox ORDER BY seq")
    records = [decode(row["value"]) for row in rows]
    assert [each.status for each in records if isinstance(each, CodeRecord)] == [
        "active",
        "exhausted",
    ]
    assert records[1].version > records[0].version
    assert (await api.get(f"/v1/qr-codes/{code['id']}")).json()["status"] == "exhausted"


async def test_totals_come_from_kafka_past_what_can_not_be_read(
    api: httpx.AsyncClient,
    api_environment: dict[str, str],
    broker: Broker,
    topic_prefix: str,
    deps: Deps,
) -> None:
    environment = {**api_environment, **broker_environment(broker, topic_prefix)}
    settings = load(WorkerSettings, environment)
    code = (await api.post("/v1/qr-codes", json=LEAST)).json()
    await ensure_topics(settings.kafka)
    producer = make_producer(settings.kafka)
    await producer.start()
    topic = settings.kafka.topic(TALLIES)
    values = [b"{", b"", encode(tally("lnk_none", 1)), encode(tally(code["link"]["id"], 9))]
    for value in values:
        await producer.send_and_wait(topic, value, key=b"x")
    await producer.stop()
    stop = asyncio.Event()
    follower = TallyFollower(settings.kafka, deps.db, worker_metrics())
    task = asyncio.create_task(follower.run(stop))

    async def counted() -> bool:
        answer = await api.get(f"/v1/qr-codes/{code['id']}")
        return bool(answer.json()["scan_count"] == 9)

    try:
        await eventually(counted, within=15)
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)
