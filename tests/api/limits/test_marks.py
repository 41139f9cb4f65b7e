"""80 and 100 per cent of a month's quota are recorded once each, by the unit that reaches them."""

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from qz_api.deps import Deps
from tests.api.conftest import MakeTenant, Tenant
from tests.api.limits.charging import charge

LEAST = {"destination_url": "https://example.com"}
MARKS = "SELECT meter, percent, quota, used FROM quota_marks ORDER BY meter, percent"


async def marks(tenant: Tenant) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await tenant.rows(MARKS)]


async def create(client: httpx.AsyncClient) -> int:
    return (await client.post("/v1/qr-codes", json=LEAST)).status_code


async def test_the_call_that_reaches_a_mark_records_it(make_tenant: MakeTenant) -> None:
    tenant = await make_tenant(requests_per_month=5)
    client = await tenant.client()
    seen = []
    for _ in range(6):
        await client.get("/v1/me")
        seen.append(await marks(tenant))
    at_80, at_100 = ("requests", 80, 5, 4), ("requests", 100, 5, 5)
    assert seen == [[], [], [], [at_80], [at_80, at_100], [at_80, at_100]]


async def test_one_unit_may_reach_both(make_tenant: MakeTenant) -> None:
    tenant = await make_tenant(requests_per_month=10)
    body = {"defaults": LEAST, "items": [{}] * 10}
    made = await (await tenant.client()).post("/v1/qr-codes/bulk", json=body)
    assert made.status_code == 200, made.text
    assert await marks(tenant) == [("requests", 80, 10, 10), ("requests", 100, 10, 10)]


async def test_parallel_calls_record_each_mark_once(make_tenant: MakeTenant, deps: Deps) -> None:
    tenant = await make_tenant("pro", requests_per_minute=None, requests_per_month=50)

    async def one() -> None:
        async with deps.db.transaction(tenant.id) as conn:
            await charge(conn, tenant.id, 1)

    await asyncio.gather(*(one() for _ in range(120)))
    assert await marks(tenant) == [("requests", 80, 50, 40), ("requests", 100, 50, 50)]


@pytest.mark.parametrize(("overage", "made"), [(False, 10), (True, 25)])
async def test_parallel_creates_record_each_mark_once(
    make_tenant: MakeTenant, overage: bool, made: int
) -> None:
    tenant = await make_tenant(codes_per_month=10, overage=overage)
    client = await tenant.client()
    statuses = await asyncio.gather(*(create(client) for _ in range(25)))
    assert statuses.count(201) == made
    assert await marks(tenant) == [("qr_generated", 80, 10, 8), ("qr_generated", 100, 10, 10)]


async def test_what_is_undone_reaches_no_mark(make_tenant: MakeTenant) -> None:
    tenant = await make_tenant(codes_per_month=10)
    client = await tenant.client()
    for rows, dry_run in ((9, True), (11, False)):
        body = {"defaults": LEAST, "items": [{}] * rows, "dry_run": dry_run}
        await client.post("/v1/qr-codes/bulk", json=body)
    assert await marks(tenant) == []


async def test_a_quota_that_shrank_is_noticed_by_the_next_unit(make_tenant: MakeTenant) -> None:
    tenant = await make_tenant("business", requests_per_month=100)
    client = await tenant.client()
    for _ in range(5):
        await client.get("/v1/me")
    await tenant.rows("UPDATE workspaces SET plan_overrides = $1", {"requests_per_month": 5})
    await client.get("/v1/me")
    assert [mark[1:] for mark in await marks(tenant)] == [(80, 5, 6), (100, 5, 6)]


async def test_marks_tell_the_next_month_nothing(make_tenant: MakeTenant) -> None:
    tenant = await make_tenant(requests_per_month=2)
    client = await tenant.client()
    await client.get("/v1/me")
    report = (await client.get("/v1/usage?months=2")).json()["data"]
    assert [len(month["requests"]["marks"]) for month in report] == [2, 0]
    assert report[0]["requests"]["marks"][0].keys() == {"percent", "limit", "used", "reached_at"}


async def test_a_mark_can_not_be_taken_back(make_tenant: MakeTenant) -> None:
    tenant = await make_tenant(requests_per_month=1)
    await (await tenant.client()).get("/v1/me")
    for statement in ("DELETE FROM quota_marks", "UPDATE quota_marks SET used = 0"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await tenant.rows(statement)
