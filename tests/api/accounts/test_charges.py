"""What a signed-in user costs the workspace: as much as a key would."""

from qz_api.accounts.roles import Role
from tests.api.accounts.conftest import Join
from tests.api.conftest import MakeTenant, Tenant

BULK = "/v1/qr-codes/bulk"


def rows(count: int) -> dict[str, object]:
    return {"defaults": {"destination_url": "https://example.com"}, "items": [{}] * count}


async def used(tenant: Tenant) -> int:
    row = await tenant.row("SELECT coalesce(sum(requests), 0)::int AS n FROM usage_months")
    return int(row["n"])


async def test_a_bulk_call_of_a_user_costs_its_rows(make_tenant: MakeTenant, join: Join) -> None:
    tenant = await make_tenant()
    browser = await join(tenant, Role.EDITOR)
    before = await used(tenant)
    made = await browser.post(BULK, rows(4))
    assert made.status_code == 200, made.text
    assert await used(tenant) == before + 4


async def test_a_user_without_calls_left_is_refused(make_tenant: MakeTenant, join: Join) -> None:
    tenant = await make_tenant(requests_per_month=1)
    browser = await join(tenant, Role.EDITOR)
    statuses = [(await browser.get("/v1/me")).status_code for _ in range(2)]
    assert statuses == [200, 429]
    refused = await browser.post(BULK, rows(1))
    assert (refused.status_code, refused.json()["code"]) == (429, "quota_exceeded")
    assert (await browser.get("/v1/session")).status_code == 200
