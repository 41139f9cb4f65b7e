"""Changing codes: any subset, null clears, locks hold, versions match."""

import asyncio
from typing import Any

import httpx

from tests.api.codes.test_create import URL, WHOLE, pointers, record_of
from tests.api.conftest import Tenant


async def test_a_change_touches_what_it_names_alone(api: httpx.AsyncClient, tenant: Tenant) -> None:
    made = await api.post("/v1/qr-codes", json={**WHOLE, "locked": []})
    where, before = made.headers["location"], made.json()
    after = (await api.patch(where, json={"max_scans": None, "metadata": {"sku": None}})).json()
    assert after["link"]["max_scans"] is None
    assert after["metadata"] == {"run": 3, "proof": True}
    kept = set(before) - {"link", "metadata", "updated_at"}
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    same = set(before["link"]) - {"max_scans", "version"}
    assert {name: after["link"][name] for name in same} == {
        name: before["link"][name] for name in same
    }
    assert after["link"]["has_password"]


async def test_null_clears(api: httpx.AsyncClient, tenant: Tenant) -> None:
    made = await api.post("/v1/qr-codes", json={**WHOLE, "locked": []})
    names = (
        "rules", "starts_at", "expires_at", "fallback_url", "password", "utm", "pass_query", "app",
        "preview", "tags", "metadata", "campaign_id", "style",
    )  # fmt: skip
    after = (await api.patch(made.headers["location"], json=dict.fromkeys(names))).json()
    link = after["link"]
    assert (link["rules"], link["utm"], link["app"]) == ([], {}, {})
    assert (link["starts_at"], link["fallback_url"], link["has_password"]) == (None, None, False)
    assert (after["tags"], after["metadata"]) == ([], {})
    assert after["style"]["foreground"] == "#000000"
    record = await record_of(tenant, "packaging-insert")
    assert (record.password, record.rules, record.fallback) == ("", (), "")
    wrong = await api.patch(made.headers["location"], json={"destination_url": None})
    assert pointers(wrong) == {"/destination_url": "required"}


async def test_style_changes_field_by_field(api: httpx.AsyncClient) -> None:
    made = await api.post("/v1/qr-codes", json={**WHOLE, "locked": []})
    where = made.headers["location"]
    style = (await api.patch(where, json={"style": {"modules": "dots"}})).json()["style"]
    assert (style["modules"], style["foreground"]) == ("dots", "#111827")


async def test_a_lock_keeps_the_destination_from_keys(api: httpx.AsyncClient) -> None:
    made = await api.post("/v1/qr-codes", json=WHOLE)
    where = made.headers["location"]
    changes: tuple[dict[str, Any], ...] = (
        {"destination_url": "nonsense"},
        {"rules": []},
        {"link": {"fallback_url": None}},
        {"password": "other"},
        {"locked": []},
        {"locked": ["compliance"]},
    )
    for change in changes:
        answer = await api.patch(where, json=change)
        assert (answer.status_code, answer.json()["code"]) == (409, "code_locked"), change
    back = await api.post(f"{where}/rollback", json={"version": 1})
    assert (back.status_code, back.json()["code"]) == (409, "code_locked")
    free = await api.patch(where, json={"name": "renamed", "status": "paused"})
    assert (free.json()["name"], free.json()["status"]) == ("renamed", "paused")


async def test_status_follows_the_clock_and_the_count(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    made = await api.post("/v1/qr-codes", json={"destination_url": URL, "max_scans": 5})
    where = made.headers["location"]
    ended = {"starts_at": None, "expires_at": "2026-01-01T00:00:00Z"}
    assert (await api.patch(where, json=ended)).json()["status"] == "expired"
    waiting = {"starts_at": "2100-01-01T00:00:00Z", "expires_at": None}
    assert (await api.patch(where, json=waiting)).json()["status"] == "scheduled"
    await tenant.row("UPDATE links SET scan_count = 5")
    open_again = {"starts_at": None}
    assert (await api.patch(where, json=open_again)).json()["status"] == "exhausted"
    assert (await api.patch(where, json={"status": "active"})).json()["status"] == "exhausted"
    assert (await api.patch(where, json={"max_scans": 6})).json()["status"] == "active"
    assert (await api.patch(where, json={"max_scans": 4})).json()["status"] == "exhausted"


async def test_of_two_changes_of_one_version_one_wins(api: httpx.AsyncClient) -> None:
    made = await api.post("/v1/qr-codes", json={"destination_url": URL})
    where, match = made.headers["location"], {"If-Match": made.headers["etag"]}
    answers = await asyncio.gather(
        *(api.patch(where, json={"name": f"n{n}"}, headers=match) for n in range(5))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]
    winner = next(answer for answer in answers if answer.status_code == 200)
    assert (await api.get(where)).json()["name"] == winner.json()["name"]


async def test_a_change_of_the_link_is_a_change_of_the_code(api: httpx.AsyncClient) -> None:
    made = await api.post("/v1/qr-codes", json={"destination_url": URL})
    link = made.json()["link"]["id"]
    await api.patch(f"/v1/links/{link}", json={"destination_url": "https://example.org/"})
    stale = await api.patch(
        made.headers["location"], json={"name": "x"}, headers={"If-Match": made.headers["etag"]}
    )
    assert stale.status_code == 412


async def test_an_empty_change_changes_nothing(api: httpx.AsyncClient, tenant: Tenant) -> None:
    made = await api.post("/v1/qr-codes", json={"destination_url": URL})
    same = await api.patch(made.headers["location"], json={"destination_url": URL})
    assert same.headers["etag"] == made.headers["etag"]
    assert (await tenant.row("SELECT count(*) AS n FROM outbox"))["n"] == 1


async def test_every_command_leaves_its_entry(api: httpx.AsyncClient, tenant: Tenant) -> None:
    made = await api.post("/v1/qr-codes", json={"destination_url": URL, "name": "a"})
    where, id = made.headers["location"], made.json()["id"]
    await api.patch(where, json={"name": "b", "destination_url": "https://example.org/"})
    await api.delete(where)
    await api.post(f"{where}/restore")
    rows = await tenant.rows(
        "SELECT action, before, after FROM audit_log WHERE object_id = $1 ORDER BY at, id", id
    )
    assert [row["action"] for row in rows] == [
        "qr.created",
        "qr.updated",
        "qr.deleted",
        "qr.restored",
    ]
    assert (rows[1]["before"]["name"], rows[1]["after"]["name"]) == ("a", "b")
    assert rows[1]["after"]["link_destination_url"] == "https://example.org/"


async def test_values_of_metadata_keep_their_type(api: httpx.AsyncClient) -> None:
    first = {"flag": 1, "note": "", "gone": "x"}
    made = await api.post("/v1/qr-codes", json={"destination_url": URL, "metadata": first})
    assert made.json()["metadata"] == first
    change = {"metadata": {"flag": True, "gone": None}}
    changed = await api.patch(made.headers["location"], json=change)
    assert changed.json()["metadata"]["flag"] is True
    assert changed.json()["metadata"] == {"flag": True, "note": ""}
    assert (await api.patch(made.headers["location"], json=change)).headers["etag"] == '"2"'
