"""After thirty days nothing of a deleted code is left but the slug that nobody gets again."""

from datetime import timedelta

import httpx

from qz_api.deps import Deps
from qz_api.links.forgetting import forget_deleted
from qz_common.ids import show_id
from qz_common.records import PageRecord, decode, page_key
from tests.api.codes.test_create import URL, WHOLE
from tests.api.conftest import Tenant


async def test_only_the_slug_of_what_was_deleted_stays(
    api: httpx.AsyncClient, tenant: Tenant, deps: Deps
) -> None:
    made = await api.post("/v1/qr-codes", json=WHOLE)
    kept = await api.post("/v1/qr-codes", json={"destination_url": URL, "name": "kept"})
    await api.delete(made.headers["location"])
    await forget_deleted(deps.db, deps.clock.now() + timedelta(days=29))
    assert (await tenant.row("SELECT count(*) AS n FROM codes"))["n"] == 2
    await forget_deleted(deps.db, deps.clock.now() + timedelta(days=31))
    assert (await tenant.row("SELECT count(*) AS n FROM codes"))["n"] == 1
    rows = await tenant.rows(
        "SELECT l::text AS line FROM links l UNION SELECT v::text FROM link_versions v"
    )
    assert not any("Packaging" in row["line"] or "sku" in row["line"] for row in rows)
    again = await api.post("/v1/qr-codes", json={"destination_url": URL, "slug": WHOLE["slug"]})
    assert again.status_code == 409
    assert (await api.post(f"{made.headers['location']}/restore")).status_code == 404
    assert (await api.get(kept.headers["location"])).json()["name"] == "kept"


async def test_the_page_of_what_was_shown_goes_with_it(
    api: httpx.AsyncClient, tenant: Tenant, deps: Deps
) -> None:
    content = {"kind": "wifi", "ssid": "Guests", "password": "very secret"}
    made = await api.post("/v1/qr-codes", json={"content": content})
    assert made.status_code == 201, made.text
    page = await tenant.row("SELECT id FROM pages")
    key = page_key(show_id("pg", page["id"]))
    await api.delete(made.headers["location"])
    await forget_deleted(deps.db, deps.clock.now() + timedelta(days=31))
    assert await tenant.rows("SELECT id FROM pages") == []
    record = decode((await tenant.row("SELECT value FROM routes WHERE key = $1", key))["value"])
    assert isinstance(record, PageRecord)
    assert (record.status, record.html) == ("deleted", {})


async def test_all_that_is_due_is_forgotten_at_once(
    api: httpx.AsyncClient, tenant: Tenant, deps: Deps
) -> None:
    for number in range(5):
        made = await api.post("/v1/qr-codes", json={"destination_url": URL, "name": f"n{number}"})
        await api.delete(made.headers["location"])
    await forget_deleted(deps.db, deps.clock.now() + timedelta(days=31), bite=2)
    assert await tenant.rows("SELECT id FROM codes") == []
    assert {row["name"] for row in await tenant.rows("SELECT name FROM links")} == {""}
