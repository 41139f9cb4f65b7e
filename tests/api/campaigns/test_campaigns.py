"""Campaigns: folders whose UTM parameters reach every link in them."""

from typing import Any

import httpx
import pytest

from qz_common.records import CodeRecord, code_key, decode
from tests.api.conftest import MakeTenant, Tenant

SPRING = {"name": "Spring", "utm": {"utm_source": "qr", "utm_campaign": "spring"}}


async def made(api: httpx.AsyncClient, body: dict[str, Any] = SPRING) -> dict[str, Any]:
    answer = await api.post("/v1/campaigns", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def utm_served(tenant: Tenant, slug: str) -> dict[str, str]:
    row = await tenant.row("SELECT value FROM routes WHERE key = $1", code_key("", slug))
    record = decode(row["value"])
    assert isinstance(record, CodeRecord)
    return record.utm


async def test_a_campaign_is_read_changed_and_deleted(api: httpx.AsyncClient) -> None:
    campaign = await made(api)
    where = f"/v1/campaigns/{campaign['id']}"
    assert (await api.get(where)).json() == campaign
    changed = await api.patch(where, json={"status": "archived", "description": "over"})
    assert (changed.json()["status"], changed.json()["description"]) == ("archived", "over")
    listed = (await api.get("/v1/campaigns?status=archived")).json()["data"]
    assert [each["id"] for each in listed] == [campaign["id"]]
    assert (await api.delete(where)).status_code == 204
    assert (await api.get(where)).status_code == 404


async def test_its_parameters_reach_its_links_and_a_links_own_win(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    campaign = await made(api)
    body = {"destination_url": "https://example.com", "campaign_id": campaign["id"]}
    plain = (await api.post("/v1/qr-codes", json=body)).json()["link"]["slug"]
    own = {**body, "utm": {"utm_source": "poster"}}
    poster = (await api.post("/v1/qr-codes", json=own)).json()["link"]["slug"]
    assert await utm_served(tenant, plain) == SPRING["utm"]
    await api.patch(f"/v1/campaigns/{campaign['id']}", json={"utm": {"utm_source": "box"}})
    assert await utm_served(tenant, plain) == {**SPRING["utm"], "utm_source": "box"}
    assert await utm_served(tenant, poster) == {**SPRING["utm"], "utm_source": "poster"}


async def test_a_campaign_with_links_is_not_deleted(api: httpx.AsyncClient) -> None:
    campaign = await made(api)
    body = {"destination_url": "https://example.com", "campaign_id": campaign["id"]}
    await api.post("/v1/qr-codes", json=body)
    refused = await api.delete(f"/v1/campaigns/{campaign['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "campaign_in_use")


@pytest.mark.parametrize(
    "body",
    [{}, {"name": ""}, {"name": "x", "utm": {"gclid": "1"}}, {"name": "x", "utm": {"utm_id": ""}}]
    + [{"name": "x", "starts_at": "2026-05-02T00:00:00Z", "ends_at": "2026-05-01T00:00:00Z"}]
    + [{"name": "x", "starts_at": "2026-05-02"}, {"name": "x", "status": "archived"}],
)
async def test_what_is_no_campaign_is_refused(body: dict[str, Any], api: httpx.AsyncClient) -> None:
    assert (await api.post("/v1/campaigns", json=body)).status_code == 422


async def test_a_window_stays_in_order_when_one_end_moves(api: httpx.AsyncClient) -> None:
    window = {"starts_at": "2026-05-01T00:00:00Z", "ends_at": "2026-06-01T00:00:00Z"}
    where = f"/v1/campaigns/{(await made(api, {'name': 'x', **window}))['id']}"
    late = await api.patch(where, json={"starts_at": "2026-07-01T00:00:00Z"})
    assert (late.status_code, late.json()["code"]) == (422, "invalid_window")
    assert (await api.patch(where, json={"ends_at": None})).json()["ends_at"] is None
    assert (await api.patch(where, json={"name": None})).status_code == 422


async def test_a_strangers_campaign_is_absent_for_a_link(
    api: httpx.AsyncClient, make_tenant: MakeTenant
) -> None:
    theirs = await made(await (await make_tenant()).client())
    body = {"destination_url": "https://example.com", "campaign_id": theirs["id"]}
    answer = await api.post("/v1/qr-codes", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "unknown_campaign"


async def test_what_is_left_of_a_campaign_lets_go_of_it(api: httpx.AsyncClient) -> None:
    """Deleted codes may come back, and static ones stay, when it is gone."""
    campaign = await made(api)
    bodies: tuple[dict[str, Any], ...] = (
        {"destination_url": "https://example.com"},
        {"type": "static", "content": {"kind": "text", "text": "x"}},
    )
    dynamic, static = [
        (await api.post("/v1/qr-codes", json={**body, "campaign_id": campaign["id"]})).headers
        for body in bodies
    ]
    await api.delete(dynamic["location"])
    assert (await api.delete(f"/v1/campaigns/{campaign['id']}")).status_code == 204
    back = await api.post(f"{dynamic['location']}/restore")
    assert (back.status_code, back.json()["campaign_id"]) == (200, None)
    assert (await api.get(static["location"])).json()["campaign_id"] is None
    for where in (dynamic["location"], static["location"]):
        assert (await api.patch(where, json={"name": "goes on"})).status_code == 200


async def test_its_parameters_change_one_by_one(api: httpx.AsyncClient, tenant: Tenant) -> None:
    campaign = await made(api)
    where = f"/v1/campaigns/{campaign['id']}"
    body = {"destination_url": "https://example.com", "campaign_id": campaign["id"], "slug": "one"}
    await api.post("/v1/links", json=body)
    changed = await api.patch(where, json={"utm": {"utm_source": None, "utm_medium": "print"}})
    kept = {"utm_campaign": "spring", "utm_medium": "print"}
    assert (changed.status_code, changed.json()["utm"]) == (200, kept)
    assert await utm_served(tenant, "one") == kept
    assert (await api.patch(where, json={"utm": None})).json()["utm"] == {}
    assert await utm_served(tenant, "one") == {}
