"""Running totals reach links; a link that had all its scans is closed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest

from deploy.embedded.backends import APP
from qz_api.deps import Deps
from qz_api.metrics import WorkerMetrics, worker_metrics
from qz_api.settings import WorkerSettings
from qz_api.stats.tallies import TallyFollower, apply
from qz_common.events import Tally, encode
from qz_common.kafka import ensure_topics, producing
from qz_common.records import CodeRecord, decode
from qz_common.settings import load
from qz_common.topics import TALLIES
from tests.api.conftest import Tenant
from tests.fixtures.broker import Broker, broker_environment
from tests.fixtures.postgres import Database
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


@pytest.fixture
def worker_settings(
    api_environment: dict[str, str], broker: Broker, topic_prefix: str
) -> WorkerSettings:
    return load(WorkerSettings, {**api_environment, **broker_environment(broker, topic_prefix)})


async def test_totals_come_from_kafka_past_what_can_not_be_read(
    api: httpx.AsyncClient, worker_settings: WorkerSettings, deps: Deps
) -> None:
    code = (await api.post("/v1/qr-codes", json=LEAST)).json()
    unread = [b"{", b"", encode(tally("lnk_none", 1))]
    await told(worker_settings, *unread, encode(tally(code["link"]["id"], 9)))
    async with following(worker_settings, deps):
        await eventually(lambda: has_scans(api, code, 9), within=15)


async def test_a_refusal_of_postgres_is_not_the_end_of_following(
    api: httpx.AsyncClient, worker_settings: WorkerSettings, deps: Deps, database: Database
) -> None:
    code = (await api.post("/v1/qr-codes", json=LEAST)).json()
    await told(worker_settings, encode(tally(code["link"]["id"], 9)))
    owner = await asyncpg.connect(database.admin_dsn)
    await owner.execute(f"REVOKE UPDATE ON links FROM {APP}")
    await owner.close()
    async with following(worker_settings, deps) as (follower, metrics):
        errors = metrics.job_errors.labels("tallies")
        await eventually(lambda: errors._value.get() > 0, within=15)
        assert not follower.done()


async def told(settings: WorkerSettings, *values: bytes) -> None:
    """What analytics said on the topic."""
    await ensure_topics(settings.kafka)
    async with producing(settings.kafka) as producer:
        for value in values:
            await producer.send_and_wait(settings.kafka.topic(TALLIES), value, key=b"x")


@asynccontextmanager
async def following(
    settings: WorkerSettings, deps: Deps
) -> AsyncIterator[tuple[asyncio.Task[None], WorkerMetrics]]:
    stop, metrics = asyncio.Event(), worker_metrics()
    task = asyncio.create_task(TallyFollower(settings.kafka, deps.db, metrics).run(stop))
    try:
        yield task, metrics
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)


async def has_scans(api: httpx.AsyncClient, code: dict[str, Any], count: int) -> bool:
    answer = await api.get(f"/v1/qr-codes/{code['id']}")
    return bool(answer.json()["scan_count"] == count)
