"""No parameter of an owner is left out for want of room: what would not fit is refused."""

from typing import Any

import httpx
import pytest

from tests.api.codes.test_create import pointers

LONG = "https://example.com/" + "a" * 1900
WIDE = "é" * 200
UTM = {"utm_source": WIDE, "utm_medium": WIDE, "utm_campaign": WIDE}


async def made(api: httpx.AsyncClient, kind: str, **body: object) -> dict[str, Any]:
    answer = await api.post(f"/v1/{kind}", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    ("kind", "more", "at"),
    [
        ("links", {}, "/utm"),
        ("qr-codes", {}, "/utm"),
        ("qr-codes", {"destination_url": None, "link": {"destination_url": LONG}}, "/utm"),
        (
            "links",
            {"destination_url": "https://x.org", "rules": [{"destination_url": LONG}]},
            "/utm",
        ),
        ("links", {"destination_url": "https://x.org", "app": {"ios": LONG}}, "/utm"),
    ],
)
async def test_a_new_one_has_room_for_its_parameters(
    kind: str, more: dict[str, Any], at: str, api: httpx.AsyncClient
) -> None:
    body = {"destination_url": LONG, "utm": UTM, **more}
    body = {name: value for name, value in body.items() if value is not None}
    refused = await api.post(f"/v1/{kind}", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "too_long"), refused.text
    assert pointers(refused) == {at: "too_long"}
    await made(api, kind, **{**body, "utm": {"utm_source": WIDE}})


async def test_each_row_of_many_is_told(api: httpx.AsyncClient) -> None:
    rows = [{"utm": {"utm_source": "x"}}, {"utm": UTM}]
    body = {"defaults": {"destination_url": LONG}, "items": rows}
    refused = await api.post("/v1/qr-codes/bulk", json=body)
    assert pointers(refused) == {"/items/1/utm": "too_long"}


async def test_a_change_that_leaves_no_room_is_refused(api: httpx.AsyncClient) -> None:
    code = await made(api, "qr-codes", destination_url=LONG)
    link = code["link"]["id"]
    for where in (f"/v1/qr-codes/{code['id']}", f"/v1/links/{link}"):
        assert pointers(await api.patch(where, json={"utm": UTM})) == {"/utm": "too_long"}
    update = {"items": [{"id": code["id"], "utm": UTM}]}
    refused = await api.post("/v1/qr-codes/bulk/update", json=update)
    assert pointers(refused) == {"/items/0/utm": "too_long"}
    assert (await api.get(f"/v1/links/{link}")).json()["utm"] == {}


async def test_parameters_of_a_campaign_fit_behind_each_of_its_links(
    api: httpx.AsyncClient,
) -> None:
    campaign = await made(api, "campaigns", name="c", utm={"utm_source": "x"})
    link = await made(api, "links", destination_url=LONG, campaign_id=campaign["id"])
    refused = await api.patch(f"/v1/campaigns/{campaign['id']}", json={"utm": UTM})
    assert pointers(refused) == {"/utm": "too_long"}
    assert link["id"] in refused.json()["errors"][0]["message"]
    wide = await made(api, "campaigns", name="w", utm=UTM)
    joined = await api.patch(f"/v1/links/{link['id']}", json={"campaign_id": wide["id"]})
    assert pointers(joined) == {"/utm": "too_long"}


async def test_a_destination_has_room_for_the_parameters_of_its_links(
    api: httpx.AsyncClient,
) -> None:
    short = {"type": "url", "url": "https://example.com"}
    place = await made(api, "destinations", name="d", target=short)
    link = await made(api, "links", destination_id=place["id"], utm=UTM)
    target = {"target": {"type": "url", "url": LONG}}
    refused = await api.patch(f"/v1/destinations/{place['id']}", json=target)
    assert pointers(refused) == {"/target": "too_long"}
    assert link["id"] in refused.json()["errors"][0]["message"]
