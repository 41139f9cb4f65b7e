"""Running totals reach links; a link that had all its scans is closed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest
from msgspec.structs import replace

from deploy.embedded.backends import APP
from qz_api.deps import Deps
from qz_api.metrics import WorkerMetrics, worker_metrics
from qz_api.settings import WorkerSettings
from qz_api.stats.tallies import TallyFollower, apply
from qz_common.events import Tally, encode
from qz_common.ids import read_id
from qz_common.kafka import ensure_topics, producing
from qz_common.records import CodeRecord, decode
from qz_common.settings import load
from qz_common.topics import TALLIES
from tests.api.conftest import MakeTenant, Tenant
from tests.api.test_duties import held
from tests.fixtures.broker import Broker, broker_environment
from tests.fixtures.postgres import Database
from tests.fixtures.wait import eventually

LEAST = {"destination_url": "https://example.com"}


def tally(tenant: Tenant, link: str, human: int, as_of_ms: int = 1_700_000_000_000) -> Tally:
    return Tally(
        link=link,
        workspace=tenant.text,
        total=human + 5,
        human=human,
        symbol=human,
        last_scan_at_ms=1_600_000_000_000,
        as_of_ms=as_of_ms,
    )


async def applied(tenant: Tenant, *tallies: Tally) -> int:
    return await apply(tenant.deps.db, tallies, tenant.deps.clock.now())


async def made(api: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await api.post("/v1/qr-codes", json={**LEAST, **fields})
    assert answer.status_code == 201, answer.text
    code: dict[str, Any] = answer.json()
    return code


async def status_of(api: httpx.AsyncClient, code: dict[str, Any]) -> str:
    return str((await api.get(f"/v1/qr-codes/{code['id']}")).json()["status"])


async def test_totals_are_absolute_and_an_older_one_changes_nothing(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    code = await made(api)
    link = code["link"]["id"]
    for human, as_of_ms in ((7, 2000), (7, 2000), (3, 1000)):
        await applied(tenant, tally(tenant, link, human, as_of_ms))
    seen = (await api.get(f"/v1/qr-codes/{code['id']}")).json()
    assert seen["scan_count"] == 7
    assert seen["last_scan_at"].startswith("2020-09-13T12:26:40")


async def test_a_total_under_another_workspace_changes_nothing(
    api: httpx.AsyncClient, tenant: Tenant, make_tenant: MakeTenant
) -> None:
    code = await made(api)
    assert await applied(tenant, tally(await make_tenant(), code["link"]["id"], 7)) == 0
    assert (await api.get(f"/v1/qr-codes/{code['id']}")).json()["scan_count"] == 0


async def test_links_are_locked_in_the_order_of_their_ids(
    api: httpx.AsyncClient, tenant: Tenant, database: Database
) -> None:
    """As bulk changes lock them, so that neither waits for the other in a ring."""
    first, second = sorted([(await made(api))["link"]["id"] for _ in range(2)])
    id = read_id("lnk", first)
    await tenant.row("UPDATE links SET name = 'moved behind the other' WHERE id = $1", id)
    async with held(database, f"SELECT FROM links WHERE id = '{id}' FOR UPDATE") as holder:
        told = [tally(tenant, link, 3) for link in (second, first)]
        applying = asyncio.create_task(applied(tenant, *told))
        await eventually(lambda: holder.fetchval("SELECT true FROM pg_locks WHERE NOT granted"))
        other = read_id("lnk", second)
        await holder.execute("SELECT FROM links WHERE id = $1 FOR UPDATE NOWAIT", other)
    assert await applying == 2


async def test_a_link_that_had_all_its_scans_is_closed_and_published(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    code = await made(api, max_scans=5)
    for human in (4, 5, 6):
        await applied(tenant, tally(tenant, code["link"]["id"], human, 1000 + human))
    rows = await tenant.rows("SELECT value FROM outbox ORDER BY seq")
    records = [decode(row["value"]) for row in rows]
    assert [each.status for each in records if isinstance(each, CodeRecord)] == [
        "active",
        "exhausted",
    ]
    assert records[1].version > records[0].version
    assert await status_of(api, code) == "exhausted"


async def test_that_a_link_was_closed_can_be_looked_up(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    code = await made(api, max_scans=5)
    before = (await api.get(f"/v1/qr-codes/{code['id']}")).headers["etag"]
    await applied(tenant, tally(tenant, code["link"]["id"], 5))
    assert (await api.get(f"/v1/qr-codes/{code['id']}")).headers["etag"] != before
    found = await api.get("/v1/audit-log", params={"action": "link.exhausted"})
    (entry,) = found.json()["data"]
    assert entry["actor"] == {"kind": "system", "id": "system", "name": "system"}
    assert entry["after"] == {"status": "exhausted"}


async def test_a_link_that_can_not_be_read_keeps_no_other_open(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    """As a newer release left it: with a rule of a kind that this one doesn't know."""
    unread, other = await made(api, max_scans=5), await made(api, max_scans=5)
    rules = [{"id": "r", "when": [{"kind": "of_the_future"}], "destination_url": "https://a.test"}]
    id = read_id("lnk", unread["link"]["id"])
    await tenant.row("UPDATE links SET rules = $2 WHERE id = $1", id, rules)
    await applied(tenant, *(tally(tenant, each["link"]["id"], 5) for each in (unread, other)))
    assert await status_of(api, other) == "exhausted"
    status = await tenant.row("SELECT status, scan_count FROM links WHERE id = $1", id)
    assert (status["status"], status["scan_count"]) == ("active", 5)


@pytest.fixture
def worker_settings(
    api_environment: dict[str, str], broker: Broker, topic_prefix: str
) -> WorkerSettings:
    return load(WorkerSettings, {**api_environment, **broker_environment(broker, topic_prefix)})


async def test_totals_come_from_kafka_past_what_can_not_be_read(
    api: httpx.AsyncClient, worker_settings: WorkerSettings, tenant: Tenant
) -> None:
    code = await made(api)
    whole = tally(tenant, code["link"]["id"], 9)
    unread = [replace(whole, link="lnk_none"), replace(whole, workspace="ws")]
    await told(worker_settings, b"{", b"", *map(encode, unread), encode(whole))
    async with following(worker_settings, tenant.deps):
        await eventually(lambda: has_scans(api, code, 9), within=15)


async def test_a_refusal_of_postgres_is_not_the_end_of_following(
    api: httpx.AsyncClient, worker_settings: WorkerSettings, tenant: Tenant, database: Database
) -> None:
    code = await made(api)
    await told(worker_settings, encode(tally(tenant, code["link"]["id"], 9)))
    owner = await asyncpg.connect(database.admin_dsn)
    await owner.execute(f"REVOKE UPDATE ON links FROM {APP}")
    await owner.close()
    async with following(worker_settings, tenant.deps) as (follower, metrics):
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
    task = asyncio.create_task(
        TallyFollower(settings.kafka, deps.db, metrics, deps.clock).run(stop)
    )
    try:
        yield task, metrics
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)


async def has_scans(api: httpx.AsyncClient, code: dict[str, Any], count: int) -> bool:
    answer = await api.get(f"/v1/qr-codes/{code['id']}")
    return bool(answer.json()["scan_count"] == count)
