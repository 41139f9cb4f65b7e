"""Calls of one key that meet are charged together, and each is told what it would have been."""

import asyncio

from qz_api.auth.admission import Admissions, Admitted
from qz_api.auth.service import hash_key
from qz_api.deps import Deps
from qz_common.ids import read_api_key
from tests.api.conftest import MakeTenant, Tenant

CALLS = 40


async def together(tenant: Tenant, costs: list[int]) -> list[Admitted]:
    key = read_api_key(await tenant.key())
    assert key is not None
    presented = (key.public_id, hash_key(tenant.deps.secrets, key))
    admissions = Admissions(tenant.deps.db)
    return await asyncio.gather(*(admissions.admit(presented, cost) for cost in costs))


async def test_each_call_is_told_what_it_left(make_tenant: MakeTenant) -> None:
    tenant = await make_tenant("pro", requests_per_minute=600)
    rows = await together(tenant, [1] * CALLS)
    assert [row["month_used"] for row in rows] == list(range(1, CALLS + 1))
    left = [row["rate_left"] for row in rows]
    assert left == sorted(left, reverse=True)
    assert left[0] == 599
    assert left[-1] <= 600 - CALLS + 5


async def test_a_quota_that_ends_among_them_is_exact(make_tenant: MakeTenant) -> None:
    tenant = await make_tenant("pro", requests_per_minute=None, requests_per_month=25)
    rows = await together(tenant, [1] * CALLS)
    assert [row["verdict"] for row in rows] == ["ok"] * 25 + ["quota_exceeded"] * (CALLS - 25)
    assert (await tenant.row("SELECT requests FROM usage_months"))["requests"] == 25


async def test_a_rate_that_ends_among_them_is_exact(make_tenant: MakeTenant) -> None:
    tenant = await make_tenant("pro", requests_per_minute=10)
    rows = await together(tenant, [1] * CALLS)
    assert 10 <= sum(row["verdict"] == "ok" for row in rows) <= 11
    assert {row["verdict"] for row in rows} == {"ok", "rate_limited"}


async def test_a_call_that_costs_too_much_keeps_no_other_out(make_tenant: MakeTenant) -> None:
    tenant = await make_tenant("pro", requests_per_minute=None, requests_per_month=25)
    rows = await together(tenant, [1, 1, 500, 1])
    assert [row["verdict"] for row in rows] == ["ok", "ok", "quota_exceeded", "ok"]


async def test_calls_that_are_given_up_hold_up_nobody(deps: Deps) -> None:
    admissions = Admissions(deps.db)
    unknown = ("00000000", bytes(32))
    calls = [asyncio.create_task(admissions.admit(unknown, 1)) for _ in range(5)]
    await asyncio.sleep(0)
    calls[0].cancel()
    calls[2].cancel()
    await asyncio.wait(calls)
    assert [each.cancelled() for each in calls] == [True, False, True, False, False]
    assert (await admissions.admit(unknown, 1))["key_id"] is None
