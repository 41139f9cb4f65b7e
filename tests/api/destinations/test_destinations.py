"""Destinations: many links, one place to change."""

from typing import Any

import httpx
import pytest

from qz_common.records import CodeRecord, code_key, decode
from tests.api.conftest import MakeTenant, Tenant

WEB = {"name": "Shop", "target": {"type": "url", "url": "https://shop.example/a"}}
TARGETS: list[tuple[dict[str, Any], str]] = [
    ({"type": "url", "url": "https://Shop.example"}, "https://shop.example/"),
    ({"type": "app", "url": "https://apps.example/1"}, "https://apps.example/1"),
    ({"type": "whatsapp", "number": "+1 555 123 4567"}, "https://wa.me/15551234567"),
    ({"type": "phone", "number": "+49 (30) 123456"}, "tel:+4930123456"),
    ({"type": "sms", "number": "+15551234567", "text": "Hi"}, "sms:+15551234567?body=Hi"),
    ({"type": "email", "address": "a@b.example", "subject": "Hi"}, "mailto:a@b.example?subject=Hi"),
    (
        {"type": "map", "place": "Rua A, 1", "provider": "osm"},
        "https://www.openstreetmap.org/search?query=Rua%20A%2C%201",
    ),
]
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"type": "url", "url": "javascript:alert(1)"}, "invalid_destination_url"),
    ({"type": "url", "url": "https://qz.example/x"}, "own_host_destination"),
    ({"type": "phone", "number": "911;ext=1"}, "invalid_phone_number"),
    ({"type": "email", "address": "a@b.example\r\nBcc: c@d.example"}, "invalid_email_address"),
    ({"type": "map", "place": "  "}, "invalid_text"),
]


async def made(api: httpx.AsyncClient, body: dict[str, Any] = WEB) -> dict[str, Any]:
    answer = await api.post("/v1/destinations", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def location_served(tenant: Tenant, slug: str) -> str:
    row = await tenant.row("SELECT value FROM routes WHERE key = $1", code_key("", slug))
    record = decode(row["value"])
    assert isinstance(record, CodeRecord)
    return record.location


@pytest.mark.parametrize(("target", "location"), TARGETS, ids=lambda each: str(each)[:24])
async def test_every_type_leads_somewhere(
    target: dict[str, Any], location: str, api: httpx.AsyncClient
) -> None:
    destination = await made(api, {"name": "x", "target": target})
    assert (destination["type"], destination["location"]) == (target["type"], location)
    assert (await api.get(f"/v1/destinations/{destination['id']}")).json() == destination


@pytest.mark.parametrize(("target", "code"), REFUSED, ids=lambda each: str(each)[:24])
async def test_a_target_goes_through_the_gate(
    target: dict[str, Any], code: str, api: httpx.AsyncClient
) -> None:
    answer = await api.post("/v1/destinations", json={"name": "x", "target": target})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    (error,) = answer.json()["errors"]
    field = next(name for name in ("url", "number", "address", "place") if name in target)
    where = "/target" if {"text", "subject"} & set(target) else f"/target/{field}"
    assert (error["pointer"], error["code"]) == (where, code)


@pytest.mark.parametrize(
    "body",
    [{}, {"name": "x"}, {"name": "x", "target": {"type": "fax"}}, {"target": WEB["target"]}]
    + [{**WEB, "workspace_id": "ws_1"}, {"name": None, "target": WEB["target"]}],
)
async def test_what_is_no_destination_is_refused(
    body: dict[str, Any], api: httpx.AsyncClient
) -> None:
    assert (await api.post("/v1/destinations", json=body)).status_code == 422


async def test_a_change_moves_every_link_that_uses_it(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    destination = await made(api)
    using = {"destination_id": destination["id"]}
    codes = [(await api.post("/v1/qr-codes", json=using)).json() for _ in range(3)]
    slugs = [code["link"]["slug"] for code in codes]
    assert {await location_served(tenant, slug) for slug in slugs} == {"https://shop.example/a"}
    changed = await api.patch(
        f"/v1/destinations/{destination['id']}",
        json={"target": {"type": "url", "url": "https://shop.example/b"}},
    )
    assert changed.status_code == 200, changed.text
    assert {await location_served(tenant, slug) for slug in slugs} == {"https://shop.example/b"}


async def test_a_destination_in_use_is_not_deleted(api: httpx.AsyncClient) -> None:
    destination = await made(api)
    where = f"/v1/destinations/{destination['id']}"
    code = await api.post("/v1/qr-codes", json={"destination_id": destination["id"]})
    refused = await api.delete(where)
    assert (refused.status_code, refused.json()["code"]) == (409, "destination_in_use")
    assert (await api.delete(code.headers["location"])).status_code == 204
    assert (await api.delete(where)).status_code == 204
    assert (await api.get(where)).status_code == 404


async def test_a_change_of_an_older_version_is_refused(api: httpx.AsyncClient) -> None:
    where = f"/v1/destinations/{(await made(api))['id']}"
    assert (await api.patch(where, json={"name": "b"}, headers={"If-Match": '"1"'})).is_success
    late = await api.patch(where, json={"name": "c"}, headers={"If-Match": '"1"'})
    assert (late.status_code, late.json()["code"]) == (412, "version_conflict")


async def test_a_strangers_destination_is_absent_for_a_link(
    api: httpx.AsyncClient, make_tenant: MakeTenant
) -> None:
    theirs = await made(await (await make_tenant()).client())
    answer = await api.post("/v1/qr-codes", json={"destination_id": theirs["id"]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "unknown_destination"


async def test_lists_are_filtered_and_paged(api: httpx.AsyncClient) -> None:
    for number in range(3):
        await made(api, {**WEB, "name": f"Shop {number}"})
    await made(api, {"name": "Call", "target": {"type": "phone", "number": "+15551234567"}})
    first = (await api.get("/v1/destinations?type=url&limit=2&include=total")).json()
    assert [each["name"] for each in first["data"]] == ["Shop 2", "Shop 1"]
    assert first["total"] == 3
    rest = await api.get(f"/v1/destinations?type=url&limit=2&cursor={first['next_cursor']}")
    assert [each["name"] for each in rest.json()["data"]] == ["Shop 0"]
    elsewhere = await api.get(f"/v1/destinations?cursor={first['next_cursor']}")
    assert elsewhere.status_code == 422


async def test_what_a_destination_becomes_is_previewed_like_any_other(
    api: httpx.AsyncClient,
) -> None:
    """A known shortener is shown before it is followed, also when it came in by the back door."""
    id = (await made(api))["id"]
    ruled = {"destination_url": "https://example.com/", "rules": [{"destination_id": id}]}
    before = [{"destination_id": id, "slug": "by-default"}, {**ruled, "slug": "by-rule"}]
    for body in before:
        await api.post("/v1/links", json=body)
    target = {"type": "url", "url": "https://bit.ly/x"}
    await api.patch(f"/v1/destinations/{id}", json={"target": target})
    for body in before:
        await api.post("/v1/links", json={**body, "slug": f"later-{body['slug']}"})
    links = (await api.get("/v1/links")).json()["data"]
    assert [each["flags"] for each in links] == [["known_shortener"]] * 4
    renamed = await api.patch(f"/v1/links/{links[0]['id']}", json={"name": "still flagged"})
    assert renamed.json()["flags"] == ["known_shortener"]
    await api.patch(f"/v1/destinations/{id}", json={"target": WEB["target"]})
    assert not any(each["flags"] for each in (await api.get("/v1/links")).json()["data"])


async def test_a_key_moves_no_locked_link_by_its_destination(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    where = f"/v1/destinations/{(await made(api))['id']}"
    body = {"destination_id": where.rpartition("/")[2], "slug": "locked-one"}
    await api.post("/v1/links", json={**body, "locked": ["compliance"]})
    target = {"type": "url", "url": "https://elsewhere.example/"}
    moved = await api.patch(where, json={"target": target})
    assert (moved.status_code, moved.json()["code"]) == (409, "code_locked")
    assert await location_served(tenant, "locked-one") == "https://shop.example/a"
    assert (await api.patch(where, json={"name": "Renamed"})).status_code == 200
