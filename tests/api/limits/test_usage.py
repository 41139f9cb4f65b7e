"""`GET /v1/usage`: every month and meter, and the marks that are reached."""

from datetime import UTC, date, datetime

import httpx
import pytest

from tests.api.conftest import MakeTenant, Tenant

ADD = """INSERT INTO usage_months (workspace_id, month, requests) VALUES ($1, $2, $3)
    ON CONFLICT (workspace_id, month) DO UPDATE SET requests = $3"""


def this_month() -> date:
    return datetime.now(UTC).date().replace(day=1)


async def test_this_month_counts_this_call(api: httpx.AsyncClient) -> None:
    report = (await api.get("/v1/usage")).json()
    assert (report["plan"], report["requests_per_minute"]) == ("self_hosted", 60_000)
    assert len(report["data"]) == 12
    assert report["data"][0] == {
        "month": f"{this_month():%Y-%m}",
        "requests": {"used": 1, "limit": None, "marks": []},
        "qr_generated": {"used": 0, "limit": None, "marks": []},
    }


async def test_new_codes_are_counted(api: httpx.AsyncClient) -> None:
    for _ in range(2):
        await api.post("/v1/qr-codes", json={"destination_url": "https://example.com"})
    [month] = (await api.get("/v1/usage?months=1")).json()["data"]
    assert month["qr_generated"]["used"] == 2


async def test_past_months_are_told_and_the_empty_ones_between(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    now = this_month()
    earlier = date(now.year - 1, now.month, 1)
    await tenant.rows(ADD, tenant.id, earlier, 500)
    report = (await api.get("/v1/usage?months=13")).json()
    used = {month["month"]: month["requests"]["used"] for month in report["data"]}
    assert list(used) == sorted(used, reverse=True)
    assert used[f"{earlier:%Y-%m}"] == 500
    assert sorted(used.values()) == [0] * 11 + [1, 500]


@pytest.mark.parametrize(
    ("used", "marks"), [(78, []), (79, [80]), (98, [80]), (99, [80, 100])]
)  # and this call itself
async def test_marks_are_told_when_reached(
    make_tenant: MakeTenant, used: int, marks: list[int]
) -> None:
    tenant = await make_tenant(requests_per_month=100)
    await tenant.rows(ADD, tenant.id, this_month(), used)
    [month] = (await (await tenant.client()).get("/v1/usage?months=1")).json()["data"]
    assert (month["requests"]["used"], month["requests"]["limit"]) == (used + 1, 100)
    told = [(mark["percent"], mark["limit"], mark["used"]) for mark in month["requests"]["marks"]]
    assert told == [(mark, 100, used + 1) for mark in marks]


@pytest.mark.parametrize("months", ["0", "37", "x", ""])
async def test_so_many_months_can_not_be_asked_for(api: httpx.AsyncClient, months: str) -> None:
    assert (await api.get(f"/v1/usage?months={months}")).status_code == 422


async def test_another_workspace_has_its_own_meter(
    api: httpx.AsyncClient, make_tenant: MakeTenant
) -> None:
    for _ in range(3):
        await api.get("/v1/me")
    stranger = await (await make_tenant()).client()
    [month] = (await stranger.get("/v1/usage?months=1")).json()["data"]
    assert month["requests"]["used"] == 1
