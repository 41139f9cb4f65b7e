"""Deleting and restoring codes, codes that share a link, and copies."""

import asyncio
from datetime import datetime, timedelta

import httpx

from tests.api.codes.test_create import URL, WHOLE, record_of
from tests.api.conftest import Tenant


async def test_a_deleted_code_comes_back_as_it_was(api: httpx.AsyncClient, tenant: Tenant) -> None:
    made = await api.post("/v1/qr-codes", json={"destination_url": URL, "slug": "come-back"})
    where = made.headers["location"]
    await api.patch(where, json={"status": "paused"})
    assert (await api.delete(where)).status_code == 204
    assert (await record_of(tenant, "come-back")).status == "deleted"
    assert (await api.get(where)).status_code == 404
    assert (await api.delete(where)).status_code == 404
    assert (await api.get("/v1/qr-codes")).json()["data"] == []
    gone = (await api.get("/v1/qr-codes", params={"status": "deleted"})).json()["data"]
    assert [(code["id"], code["status"]) for code in gone] == [(made.json()["id"], "deleted")]
    back = await api.post(f"{where}/restore")
    assert (back.status_code, back.json()["status"]) == (200, "paused")
    assert (await record_of(tenant, "come-back")).status == "paused"
    assert (await api.post(f"{where}/restore")).status_code == 404


async def test_after_thirty_days_nothing_comes_back(api: httpx.AsyncClient, tenant: Tenant) -> None:
    made = await api.post("/v1/qr-codes", json={"destination_url": URL})
    await api.delete(made.headers["location"])
    for table in ("codes", "links"):
        await tenant.row(f"UPDATE {table} SET deleted_at = deleted_at - interval '31 days'")
    answer = await api.post(f"{made.headers['location']}/restore")
    assert (answer.status_code, answer.json()["code"]) == (410, "gone")
    assert (await api.get("/v1/qr-codes", params={"status": "deleted"})).json()["data"] == []


async def test_restore_against_delete_ends_in_one_of_both(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    made = await api.post("/v1/qr-codes", json={"destination_url": URL, "slug": "to-and-fro"})
    where = made.headers["location"]
    for _ in range(5):
        await asyncio.gather(
            *(api.delete(where) for _ in range(3)),
            *(api.post(f"{where}/restore") for _ in range(3)),
        )
        row = await tenant.row(
            """SELECT c.deleted_at IS NULL AS code, l.deleted_at IS NULL AS link, l.status
               FROM codes c JOIN links l ON l.id = c.link_id"""
        )
        status = (await record_of(tenant, "to-and-fro")).status
        assert row["code"] == row["link"] == (status == "active") == (row["status"] == "active")


async def test_codes_that_share_a_link(api: httpx.AsyncClient, tenant: Tenant) -> None:
    first = await api.post("/v1/qr-codes", json={"destination_url": URL, "slug": "shared-one"})
    link = first.json()["link"]["id"]
    assert (await record_of(tenant, "shared-one")).code == first.json()["id"]
    second = await api.post("/v1/qr-codes", json={"link_id": link, "name": "poster"})
    assert second.status_code == 201, second.text
    assert second.json()["link"]["slug"] == "shared-one"
    assert (await record_of(tenant, "shared-one")).code == ""
    listed = (await api.get(f"/v1/links/{link}/qr-codes", params={"include": "total"})).json()
    assert (listed["total"], [code["name"] for code in listed["data"]]) == (2, ["poster", ""])
    await api.delete(first.headers["location"])
    record = await record_of(tenant, "shared-one")
    assert (record.status, record.code) == ("active", second.json()["id"])
    await api.post(f"{first.headers['location']}/restore")
    assert (await record_of(tenant, "shared-one")).code == ""
    await api.delete(first.headers["location"])
    await api.delete(second.headers["location"])
    assert (await record_of(tenant, "shared-one")).status == "deleted"


async def test_a_code_for_a_link_takes_no_options_of_links(api: httpx.AsyncClient) -> None:
    link = (await api.post("/v1/links", json={"destination_url": URL})).json()["id"]
    answer = await api.post("/v1/qr-codes", json={"link_id": link, "destination_url": URL})
    assert (answer.status_code, answer.json()["code"]) == (422, "link_exists")


async def test_a_link_by_itself_outlives_its_codes(api: httpx.AsyncClient, tenant: Tenant) -> None:
    link = (await api.post("/v1/links", json={"destination_url": URL, "slug": "alone"})).json()
    code = await api.post("/v1/qr-codes", json={"link_id": link["id"]})
    assert (await record_of(tenant, "alone")).code == code.json()["id"]
    await api.delete(code.headers["location"])
    record = await record_of(tenant, "alone")
    assert (record.status, record.code) == ("active", "")


async def test_a_deleted_link_takes_its_codes_along(api: httpx.AsyncClient) -> None:
    made = await api.post("/v1/qr-codes", json={"destination_url": URL})
    link = f"/v1/links/{made.json()['link']['id']}"
    earlier = await api.post("/v1/qr-codes", json={"link_id": made.json()["link"]["id"]})
    await api.delete(earlier.headers["location"])
    assert (await api.delete(link)).status_code == 204
    assert (await api.get(made.headers["location"])).status_code == 404
    assert (await api.post(f"{link}/restore")).status_code == 200
    assert (await api.get(made.headers["location"])).status_code == 200
    assert (await api.get(earlier.headers["location"])).status_code == 404


async def test_a_copy_counts_for_itself(api: httpx.AsyncClient, tenant: Tenant) -> None:
    made = await api.post("/v1/qr-codes", json=WHOLE)
    await tenant.row("UPDATE links SET scan_count = 7")
    where = made.headers["location"]
    copy = await api.post(f"{where}/duplicate", json={"name": "Second run"})
    assert copy.status_code == 201, copy.text
    assert copy.json()["name"] == "Second run"
    assert copy.json()["scan_count"] == 0
    assert copy.json()["link"]["slug"] != made.json()["link"]["slug"]
    for name in ("rules", "utm", "max_scans", "has_password", "fallback_url"):
        assert copy.json()["link"][name] == made.json()["link"][name]
    taken = await api.post(f"{where}/duplicate", json={"slug": WHOLE["slug"]})
    assert taken.status_code == 409


async def test_of_two_creates_of_one_slug_one_wins(api: httpx.AsyncClient) -> None:
    body = {"destination_url": URL, "slug": "one-of-us"}
    answers = await asyncio.gather(*(api.post("/v1/qr-codes", json=body) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7


async def test_what_is_deleted_says_until_when_it_comes_back(api: httpx.AsyncClient) -> None:
    made = (await api.post("/v1/qr-codes", json={"destination_url": URL})).json()
    assert (made["deleted_at"], made["restorable_until"]) == (None, None)
    await api.delete(f"/v1/qr-codes/{made['id']}")
    for kind in ("qr-codes", "links"):
        (row,) = (await api.get(f"/v1/{kind}?status=deleted")).json()["data"]
        deleted, until = (
            datetime.fromisoformat(row[name]) for name in ("deleted_at", "restorable_until")
        )
        assert until - deleted == timedelta(days=30)
        where = f"/v1/{kind}/{row['id']}"
        back = await api.post(f"{where}/restore")
        assert (back.json()["deleted_at"], back.json()["restorable_until"]) == (None, None)
        await api.delete(where)
