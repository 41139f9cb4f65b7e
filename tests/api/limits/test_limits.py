"""Rates and quotas are exact, whoever asks from wherever."""

import asyncio

import httpx
import pytest

from qz_api.deps import Deps
from tests.api.conftest import MakeTenant, Tenant
from tests.api.limits.charging import charge

LEAST = {"destination_url": "https://example.com"}


async def test_every_answer_tells_the_limits(make_tenant: MakeTenant) -> None:
    tenant = await make_tenant("starter")
    client = await tenant.client(mode="test")
    answer = await client.get("/v1/me")
    assert answer.headers["ratelimit-policy"] == '"minute";q=60;w=60, "month";q=5000;w=2592000'
    assert answer.headers["ratelimit"].startswith('"minute";r=59;t=1, "month";r=4999;t=')
    refused = await client.get("/v1/qr-codes/qr_x")
    assert refused.status_code == 404
    assert refused.headers["ratelimit"].startswith('"minute";r=58')


async def test_over_the_rate_is_429_with_when_to_come_back(make_tenant: MakeTenant) -> None:
    tenant = await make_tenant("pro", requests_per_minute=3)
    client = await tenant.client()
    statuses = [(await client.get("/v1/me")).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    answer = await client.get("/v1/me")
    assert answer.json()["code"] == "rate_limited"
    assert 1 <= int(answer.headers["retry-after"]) <= 20
    assert answer.headers["ratelimit"].startswith('"minute";r=0')


async def test_all_keys_of_a_workspace_share_one_rate(make_tenant: MakeTenant) -> None:
    tenant = await make_tenant("pro", requests_per_minute=2)
    clients = [await tenant.client() for _ in range(3)]
    assert [(await client.get("/v1/me")).status_code for client in clients] == [200, 200, 429]


async def test_head_counts_as_get_does(make_tenant: MakeTenant) -> None:
    tenant = await make_tenant("pro", requests_per_minute=1)
    client = await tenant.client()
    assert (await client.head("/v1/me")).status_code == 200
    assert (await client.head("/v1/me")).status_code == 429


async def test_a_quota_is_exact_over_many_connections(make_tenant: MakeTenant, deps: Deps) -> None:
    tenant = await make_tenant("pro", requests_per_minute=None, requests_per_month=50)

    async def one() -> str:
        async with deps.db.transaction(tenant.id) as conn:
            row = await charge(conn, tenant.id, 1)
            return str(row["verdict"])

    verdicts = await asyncio.gather(*(one() for _ in range(200)))
    assert sorted(verdicts) == ["ok"] * 50 + ["quota_exceeded"] * 150
    row = await tenant.row("SELECT requests FROM usage_months")
    assert row["requests"] == 50


async def test_a_rate_is_exact_over_many_connections(make_tenant: MakeTenant, deps: Deps) -> None:
    # one step is a second, so that the test's own duration gives back hardly anything
    tenant = await make_tenant("pro", requests_per_minute=60)

    async def one() -> tuple[str, int]:
        async with deps.db.transaction(tenant.id) as conn:
            row = await charge(conn, tenant.id, 1)
            clock = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
            return str(row["verdict"]), await conn.fetchval(clock)

    answers = await asyncio.gather(*(one() for _ in range(150)))
    moments = [moment for _, moment in answers]
    given_back = (max(moments) - min(moments)) / 1_000_000
    allowed = sum(verdict == "ok" for verdict, _ in answers)
    assert 60 <= allowed <= 60 + int(given_back) + 1


async def test_a_cost_of_many_is_charged_whole_or_not_at_all(
    make_tenant: MakeTenant, deps: Deps
) -> None:
    tenant = await make_tenant("pro", requests_per_minute=10)
    verdicts = []
    for cost in (6, 6, 4, 1):
        async with deps.db.transaction(tenant.id) as conn:
            verdicts.append((await charge(conn, tenant.id, cost))["verdict"])
    assert verdicts == ["ok", "rate_limited", "ok", "rate_limited"]


async def test_a_stuck_meter_stops_nobody(
    tenant: Tenant, api: httpx.AsyncClient, deps: Deps
) -> None:
    await api.get("/v1/me")
    async with deps.db.transaction(tenant.id) as conn:
        await conn.execute("SELECT FROM rate_buckets FOR UPDATE")
        assert (await api.get("/v1/me")).status_code == 200
    assert deps.metrics.unmetered._value.get() == 1


async def test_a_suspended_workspace_is_told_so(tenant: Tenant, api: httpx.AsyncClient) -> None:
    await tenant.row("UPDATE workspaces SET suspended_at = now()")
    answer = await api.get("/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (403, "workspace_suspended")


@pytest.mark.parametrize("parallel", [1, 8])
async def test_only_successful_creation_uses_up_codes(
    make_tenant: MakeTenant, parallel: int
) -> None:
    tenant = await make_tenant("pro", codes_per_month=3)
    client = await tenant.client()
    assert (await client.post("/v1/qr-codes", json={"destination_url": "x"})).status_code == 422
    answers = []
    for _ in range(8 // parallel):
        calls = (client.post("/v1/qr-codes", json=LEAST) for _ in range(parallel))
        answers += await asyncio.gather(*calls)
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [429] * 5
    rows = await tenant.rows("SELECT FROM codes")
    assert len(rows) == 3
