"""Bulk: all or nothing, wrong rows by their pointers, defaults, dry runs, one price per row."""

import httpx
import pytest

from qz_common.records import CodeRecord, decode
from tests.api.codes.test_create import URL, pointers
from tests.api.conftest import MakeTenant, Tenant

BULK = "/v1/qr-codes/bulk"


async def counts(tenant: Tenant) -> list[int]:
    tables = ("codes", "links", "link_versions", "outbox", "routes", "audit_log")
    return [(await tenant.row(f"SELECT count(*) AS n FROM {table}"))["n"] for table in tables]


async def test_five_hundred_rows_with_defaults(api: httpx.AsyncClient, tenant: Tenant) -> None:
    body = {
        "defaults": {
            "destination_url": URL,
            "tags": ["table"],
            "style": {"foreground": "#111827"},
            "metadata": {"run": 1},
        },
        "items": [
            {"name": f"Table {n}", "slug": f"table-{n}", "metadata": {"table": n}}
            for n in range(500)
        ],
    }
    answer = await api.post(BULK, json=body)
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert (made["count"], made["dry_run"]) == (500, False)
    assert [code["link"]["slug"] for code in made["data"]] == [f"table-{n}" for n in range(500)]
    assert made["data"][7]["metadata"] == {"run": 1, "table": 7}
    assert await counts(tenant) == [500] * 6
    record = decode((await tenant.row("SELECT value FROM routes WHERE key = 'code:/table-7'"))[0])
    assert isinstance(record, CodeRecord)
    assert (record.code, record.location) == (made["data"][7]["id"], URL)


async def test_one_wrong_row_keeps_all_out(api: httpx.AsyncClient, tenant: Tenant) -> None:
    await api.post("/v1/qr-codes", json={"destination_url": URL, "slug": "taken"})
    before = await counts(tenant)
    items: list[dict[str, object]] = [{"destination_url": URL} for _ in range(60)]
    items[3] = {"destination_url": "javascript:alert(1)"}
    items[57] = {"link_id": "lnk_0000000000000000000000000a"}
    items[58] = {"link": {"destination_url": URL, "slug": "api"}}
    wrong = await api.post(BULK, json={"items": items})
    assert wrong.status_code == 422
    assert pointers(wrong) == {
        "/items/3/destination_url": "invalid_destination_url",
        "/items/57/link_id": "unknown_link",
        "/items/58/link/slug": "slug_reserved",
    }
    items[3] = items[57] = items[58] = {"destination_url": URL, "slug": "taken"}
    taken = await api.post(BULK, json={"items": items[:50]})
    assert taken.status_code == 409
    assert pointers(taken) == {"/items/3/slug": "slug_taken"}
    twice = await api.post(BULK, json={"items": items[57:59]})
    assert (twice.status_code, pointers(twice)) == (409, {"/items/1/slug": "slug_taken"})
    assert await counts(tenant) == before


async def test_what_is_wrong_in_the_defaults_is_told_there(api: httpx.AsyncClient) -> None:
    body = {"defaults": {"destination_url": "nonsense"}, "items": [{"name": "a"}]}
    assert pointers(await api.post(BULK, json=body)) == {
        "/defaults/destination_url": "invalid_destination_url"
    }


async def test_a_row_that_leads_somewhere_itself_takes_no_default(
    api: httpx.AsyncClient,
) -> None:
    link = (await api.post("/v1/links", json={"destination_url": URL, "slug": "there"})).json()
    body = {
        "defaults": {"destination_url": URL},
        "items": [{"link_id": link["id"]}, {"destination_url": "https://example.org/"}, {}],
    }
    made = (await api.post(BULK, json=body)).json()["data"]
    assert made[0]["link"]["slug"] == "there"
    assert made[1]["link"]["destination_url"] == "https://example.org/"
    assert made[2]["link"]["destination_url"] == URL


async def test_a_dry_run_tells_and_changes_nothing(api: httpx.AsyncClient, tenant: Tenant) -> None:
    body = {"items": [{"destination_url": URL, "slug": "dry"}], "dry_run": True}
    told = (await api.post(BULK, json=body)).json()
    assert (told["dry_run"], told["data"][0]["link"]["slug"]) == (True, "dry")
    assert await counts(tenant) == [0] * 6
    row = await tenant.row("SELECT coalesce(sum(created), 0) AS n FROM usage_codes")
    assert row["n"] == 0
    assert (await api.post(BULK, json={**body, "dry_run": False})).status_code == 200


async def test_update_and_status(api: httpx.AsyncClient, tenant: Tenant) -> None:
    items = [{"destination_url": URL, "name": f"n{n}"} for n in range(3)]
    codes = (await api.post(BULK, json={"items": items})).json()["data"]
    static = (
        await api.post(
            "/v1/qr-codes", json={"type": "static", "content": {"kind": "text", "text": "x"}}
        )
    ).json()
    ids = [code["id"] for code in codes]
    body = {
        "defaults": {"tags": ["moved"]},
        "items": [
            {"id": ids[0], "destination_url": "https://example.org/0"},
            {"id": ids[1], "name": "renamed"},
            {"id": static["id"], "name": "static"},
        ],
    }
    dry = (await api.post(f"{BULK}/update", json={**body, "dry_run": True})).json()
    assert dry["data"][1]["name"] == "renamed"
    assert (await api.get(f"/v1/qr-codes/{ids[1]}")).json()["name"] == "n1"
    changed = await api.post(f"{BULK}/update", json=body)
    assert changed.status_code == 200, changed.text
    data = changed.json()["data"]
    assert [code["name"] for code in data] == ["n0", "renamed", "static"]
    assert data[0]["link"]["destination_url"] == "https://example.org/0"
    assert all(code["tags"] == ["moved"] for code in data)
    paused = await api.post(f"{BULK}/status", json={"ids": ids, "status": "paused"})
    assert [code["status"] for code in paused.json()["data"]] == ["paused"] * 3
    rows = await tenant.rows("SELECT value FROM routes")
    assert {getattr(decode(row["value"]), "status", "") for row in rows} == {"paused"}


async def test_rows_of_others_and_rows_twice(
    api: httpx.AsyncClient, make_tenant: MakeTenant, tenant: Tenant
) -> None:
    mine = (await api.post("/v1/qr-codes", json={"destination_url": URL})).json()["id"]
    stranger = await (await make_tenant()).client()
    theirs = (await stranger.post("/v1/qr-codes", json={"destination_url": URL})).json()["id"]
    wrong = await api.post(
        f"{BULK}/status", json={"ids": [mine, theirs, mine, "nonsense"], "status": "archived"}
    )
    assert wrong.status_code == 422
    assert pointers(wrong)["/ids/2"] == "duplicate"
    wrong = await api.post(f"{BULK}/status", json={"ids": [mine, theirs], "status": "archived"})
    assert pointers(wrong) == {"/ids/1": "unknown_code"}
    assert (await api.get(f"/v1/qr-codes/{mine}")).json()["status"] == "active"


@pytest.mark.parametrize("items", [[], [{}] * 501, "x", None])
async def test_how_many_rows_there_may_be(api: httpx.AsyncClient, items: object) -> None:
    assert (await api.post(BULK, json={"items": items})).status_code == 422


async def test_a_plan_bounds_rows_and_charges_each(make_tenant: MakeTenant) -> None:
    tenant = await make_tenant(bulk_rows=3, requests_per_minute=100)
    api = await tenant.client()
    items = [{"destination_url": URL}] * 4
    refused = await api.post(BULK, json={"items": items})
    assert (refused.status_code, refused.json()["code"]) == (403, "plan_forbids")
    before = await tenant.row("SELECT requests FROM usage_months")
    assert (await api.post(BULK, json={"items": items[:3]})).status_code == 200
    after = await tenant.row("SELECT requests FROM usage_months")
    assert after["requests"] - before["requests"] == 3


async def test_one_key_one_bulk(api: httpx.AsyncClient, tenant: Tenant) -> None:
    body, key = {"items": [{"destination_url": URL}] * 3}, {"Idempotency-Key": "once"}
    first = await api.post(BULK, json=body, headers=key)
    again = await api.post(BULK, json=body, headers=key)
    assert again.headers["idempotent-replayed"] == "true"
    assert first.json() == again.json()
    assert (await tenant.row("SELECT count(*) AS n FROM codes"))["n"] == 3


async def test_passwords_in_bulk_are_few(api: httpx.AsyncClient) -> None:
    items = [{"destination_url": URL, "password": f"secret {n}"} for n in range(11)]
    answer = await api.post(BULK, json={"items": items})
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_passwords")
    same = [{"destination_url": URL, "password": "secret"}] * 20
    made = await api.post(BULK, json={"items": same})
    assert all(code["link"]["has_password"] for code in made.json()["data"])


@pytest.mark.parametrize(
    ("defaults", "item"),
    [
        ({"type": "static"}, {"content": {"kind": "url", "url": URL}}),
        ({"content": {"kind": "url", "url": URL}}, {"type": "static"}),
        ({"type": "static", "content": {"kind": "url", "url": URL}}, {}),
    ],
)
async def test_static_codes_of_a_url_may_take_half_from_the_defaults(
    api: httpx.AsyncClient, defaults: dict[str, object], item: dict[str, object]
) -> None:
    made = await api.post(BULK, json={"defaults": defaults, "items": [item]})
    assert made.status_code == 200, made.text
    (code,) = made.json()["data"]
    assert (code["type"], code["content"]) == ("static", {"kind": "url", "url": URL})


@pytest.mark.parametrize("place", ["defaults", "items"])
async def test_many_changes_are_never_planned_for_later(place: str, api: httpx.AsyncClient) -> None:
    made = (await api.post("/v1/qr-codes", json={"destination_url": URL})).json()
    change = {"destination_url": "https://example.org/", "effective_from": "2099-01-01T00:00:00Z"}
    row, common = (change, {}) if place == "items" else ({}, change)
    body = {"items": [{"id": made["id"], **row}], "defaults": common}
    answer = await api.post(f"{BULK}/update", json=body)
    assert answer.status_code == 422, answer.text
    where = "/items/0" if place == "items" else "/defaults"
    assert pointers(answer) == {f"{where}/effective_from": "invalid_value"}
    kept = (await api.get(f"/v1/qr-codes/{made['id']}")).json()
    assert kept["link"]["destination_url"] == URL
