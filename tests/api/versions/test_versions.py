"""Versions: what a link led to, changes at a time to come, and going back."""

from datetime import datetime, timedelta

import httpx

from qz_api.deps import Deps
from qz_api.versions.service import apply_due
from qz_common.clock import FrozenClock
from tests.api.codes.test_create import URL, pointers, record_of
from tests.api.conftest import MakeTenant, Tenant
from tests.api.test_duties import held
from tests.fixtures.postgres import Database

NEW = "https://example.org/new"
CONTACT = {"kind": "vcard", "first_name": "Ada"}


def later(deps: Deps, **by: int) -> datetime:
    return deps.clock.now() + timedelta(**by)


async def apply_at(deps: Deps, moment: datetime) -> None:
    await apply_due(deps.db, FrozenClock(moment))


async def test_every_change_of_the_destination_is_a_version(api: httpx.AsyncClient) -> None:
    made = await api.post("/v1/qr-codes", json={"destination_url": URL})
    where = made.headers["location"]
    await api.patch(where, json={"destination_url": NEW})
    await api.patch(where, json={"name": "no change of the destination"})
    await api.patch(where, json={"rules": [{"destination_url": URL}]})
    versions = (await api.get(f"{where}/versions", params={"include": "total"})).json()
    assert versions["total"] == 3
    assert [each["version"] for each in versions["data"]] == [3, 2, 1]
    assert [each["target"]["destination_url"] for each in versions["data"]] == [NEW, NEW, URL]
    assert [len(each["target"]["rules"]) for each in versions["data"]] == [1, 0, 0]
    assert {each["actor"]["kind"] for each in versions["data"]} == {"key"}
    link = made.json()["link"]["id"]
    same = (await api.get(f"/v1/links/{link}/versions", params={"limit": 2})).json()
    assert same["has_more"]
    rest = await api.get(
        f"/v1/links/{link}/versions", params={"limit": 2, "cursor": same["next_cursor"]}
    )
    assert [each["version"] for each in rest.json()["data"]] == [1]


async def test_going_back_is_a_version_of_its_own(api: httpx.AsyncClient, tenant: Tenant) -> None:
    made = await api.post("/v1/qr-codes", json={"destination_url": URL, "slug": "go-back"})
    where = made.headers["location"]
    await api.patch(where, json={"destination_url": NEW, "rules": [{"destination_url": URL}]})
    back = await api.post(f"{where}/rollback", json={"version": 1})
    assert back.status_code == 200, back.text
    assert back.json()["link"]["destination_url"] == URL
    assert back.json()["link"]["rules"] == []
    record = await record_of(tenant, "go-back")
    assert (record.location, record.rules) == (URL, ())
    newest = (await api.get(f"{where}/versions")).json()["data"][0]
    assert (newest["version"], newest["rolled_back_to"]) == (3, 1)
    absent = await api.post(f"{where}/rollback", json={"version": 99999999999})
    assert absent.status_code == 404
    for nonsense in (0, -99999999999, 1.5, None):
        refused = await api.post(f"{where}/rollback", json={"version": nonsense})
        assert refused.status_code == 422


async def test_going_back_asks_the_gate_again(api: httpx.AsyncClient, tenant: Tenant) -> None:
    made = await api.post("/v1/qr-codes", json={"destination_url": URL})
    where = made.headers["location"]
    await api.patch(where, json={"destination_url": NEW})
    await tenant.row("UPDATE workspaces SET blocked_domains = ARRAY['example.com']")
    back = await api.post(f"{where}/rollback", json={"version": 1})
    assert (back.status_code, back.json()["code"]) == (422, "domain_blocked")


async def test_a_planned_change_comes_at_its_time(
    api: httpx.AsyncClient, tenant: Tenant, deps: Deps
) -> None:
    made = await api.post("/v1/qr-codes", json={"destination_url": URL, "slug": "planned"})
    where = made.headers["location"]
    when = later(deps, hours=1)
    planned = await api.patch(
        where, json={"destination_url": NEW, "effective_from": when.isoformat()}
    )
    assert planned.status_code == 200, planned.text
    assert planned.json()["link"]["destination_url"] == URL
    await api.patch(where, json={"rules": [{"destination_url": URL}]})
    await apply_at(deps, when - timedelta(seconds=1))
    assert (await record_of(tenant, "planned")).location == URL
    await apply_at(deps, when)
    record = await record_of(tenant, "planned")
    assert (record.location, len(record.rules)) == (NEW, 1)
    versions = {
        each["version"]: each for each in (await api.get(f"{where}/versions")).json()["data"]
    }
    assert [versions[n]["state"] for n in (1, 2, 3)] == ["applied"] * 3
    assert versions[2]["target"]["destination_url"] == NEW
    assert len(versions[2]["target"]["rules"]) == 1
    await apply_at(deps, when)
    assert (await tenant.row("SELECT count(*) AS n FROM outbox"))["n"] == 3


async def test_a_planned_change_is_called_off(
    api: httpx.AsyncClient, tenant: Tenant, deps: Deps
) -> None:
    made = await api.post("/v1/qr-codes", json={"destination_url": URL, "slug": "called-off"})
    where = made.headers["location"]
    when = later(deps, hours=1)
    await api.patch(where, json={"destination_url": NEW, "effective_from": when.isoformat()})
    assert (await api.delete(f"{where}/versions/2")).status_code == 204
    again = await api.delete(f"{where}/versions/2")
    assert (again.status_code, again.json()["code"]) == (409, "version_settled")
    assert (await api.delete(f"{where}/versions/1")).status_code == 409
    for absent in ("9", "x", "-1", "99999999999999"):
        assert (await api.delete(f"{where}/versions/{absent}")).status_code == 404
    await apply_at(deps, when)
    assert (await record_of(tenant, "called-off")).location == URL


async def test_what_can_not_be_planned(api: httpx.AsyncClient, deps: Deps) -> None:
    made = await api.post("/v1/qr-codes", json={"destination_url": URL})
    where, when = made.headers["location"], later(deps, hours=1).isoformat()
    named = await api.patch(
        where, json={"destination_url": NEW, "name": "x", "effective_from": when}
    )
    assert pointers(named) == {"/name": "not_schedulable"}
    assert (await api.patch(where, json={"effective_from": when})).status_code == 422
    wrong = await api.patch(where, json={"destination_url": "nonsense", "effective_from": when})
    assert pointers(wrong) == {"/destination_url": "invalid_destination_url"}


async def test_a_planned_change_that_can_not_be_made_says_why(
    api: httpx.AsyncClient, tenant: Tenant, deps: Deps
) -> None:
    made = await api.post("/v1/qr-codes", json={"destination_url": URL})
    other = await api.post("/v1/qr-codes", json={"destination_url": URL, "slug": "other-one"})
    when = later(deps, hours=1)
    for each, url in ((made, "https://blocked.example/"), (other, NEW)):
        body = {"destination_url": url, "effective_from": when.isoformat()}
        assert (await api.patch(each.headers["location"], json=body)).status_code == 200
    await tenant.row("UPDATE workspaces SET blocked_domains = ARRAY['blocked.example']")
    await apply_at(deps, when)
    newest = (await api.get(f"{made.headers['location']}/versions")).json()["data"][0]
    assert newest["state"] == "failed"
    assert "blocks" in newest["reason"]
    assert (await record_of(tenant, "other-one")).location == NEW


async def test_a_link_that_somebody_holds_holds_up_no_other(
    api: httpx.AsyncClient, tenant: Tenant, deps: Deps, database: Database
) -> None:
    first, second = later(deps, hours=1), later(deps, hours=2)
    for slug, when in (("held-one", first), ("free-one", second)):
        made = await api.post("/v1/qr-codes", json={"destination_url": URL, "slug": slug})
        body = {"destination_url": NEW, "effective_from": when.isoformat()}
        assert (await api.patch(made.headers["location"], json=body)).status_code == 200
    async with held(database, "SELECT FROM links WHERE slug = 'held-one' FOR UPDATE"):
        await apply_at(deps, second)
        assert (await record_of(tenant, "free-one")).location == NEW
    assert (await record_of(tenant, "held-one")).location == URL
    await apply_at(deps, second)
    assert (await record_of(tenant, "held-one")).location == NEW


async def test_content_that_is_refused_when_it_is_written_says_why(
    api: httpx.AsyncClient, tenant: Tenant, deps: Deps
) -> None:
    made = await api.post("/v1/qr-codes", json={"content": CONTACT})
    assert made.status_code == 201, made.text
    when = later(deps, hours=1)
    content = {**CONTACT, "urls": ["https://blocked.example/"]}
    body = {"content": content, "effective_from": when.isoformat()}
    planned = await api.patch(made.headers["location"], json=body)
    assert planned.status_code == 200, planned.text
    await tenant.row("UPDATE workspaces SET blocked_domains = ARRAY['blocked.example']")
    await apply_at(deps, when)
    newest = (await api.get(f"{made.headers['location']}/versions")).json()["data"][0]
    assert newest["state"] == "failed"
    assert "blocks" in newest["reason"]


async def test_versions_of_others_are_absent(
    api: httpx.AsyncClient, make_tenant: MakeTenant
) -> None:
    where = (await api.post("/v1/qr-codes", json={"destination_url": URL})).headers["location"]
    stranger = await (await make_tenant()).client()
    assert (await stranger.get(f"{where}/versions")).status_code == 404
    assert (await stranger.post(f"{where}/rollback", json={"version": 1})).status_code == 404
    assert (await stranger.delete(f"{where}/versions/1")).status_code == 404


async def test_planned_changes_of_different_kinds_each_win_in_turn(
    api: httpx.AsyncClient, tenant: Tenant, deps: Deps
) -> None:
    """Whatever the link leads to by then, a planned change replaces all of it."""
    target = {"name": "Shop", "target": {"type": "url", "url": "https://shop.example/"}}
    shop = (await api.post("/v1/destinations", json=target)).json()["id"]
    made = await api.post("/v1/qr-codes", json={"destination_url": URL, "slug": "in-turn"})
    steps: list[dict[str, object]] = [
        {"destination_id": shop},
        {"destination_url": NEW},
        {"content": {"kind": "text", "text": "closed"}},
        {"destination_url": URL},
    ]
    for hours, step in enumerate(steps, 1):
        body = {**step, "effective_from": later(deps, hours=hours).isoformat()}
        assert (await api.patch(made.headers["location"], json=body)).status_code == 200
    served = []
    for hours in range(1, len(steps) + 1):
        await apply_at(deps, later(deps, hours=hours, minutes=1))
        record = await record_of(tenant, "in-turn")
        served.append(record.page[:3] or record.location)
    assert served == ["https://shop.example/", NEW, "pg_", URL]


async def test_a_lock_that_came_meanwhile_keeps_a_key_from_what_it_planned(
    api: httpx.AsyncClient, tenant: Tenant, deps: Deps
) -> None:
    made = await api.post("/v1/qr-codes", json={"destination_url": URL, "slug": "locked-since"})
    where, when = made.headers["location"], later(deps, hours=1)
    await api.patch(where, json={"destination_url": NEW, "effective_from": when.isoformat()})
    assert (await api.patch(where, json={"locked": ["compliance"]})).status_code == 200
    await apply_at(deps, when)
    newest = (await api.get(f"{where}/versions")).json()["data"][0]
    assert newest["state"] == "failed"
    assert "locked (compliance)" in newest["reason"]
    assert (await record_of(tenant, "locked-since")).location == URL


async def test_the_same_rules_again_are_no_version(api: httpx.AsyncClient) -> None:
    made = await api.post("/v1/qr-codes", json={"destination_url": URL})
    where = made.headers["location"]
    assert (await api.patch(where, json={"rules": []})).headers["etag"] == made.headers["etag"]
    rules = [
        {
            "when": [{"kind": "country", "values": ["PT", "ES"]}],
            "split": [
                {"variant": "a", "destination_url": URL, "weight": 1},
                {"variant": "b", "destination_url": NEW, "weight": 2},
            ],
        },
        {"when": [{"kind": "language", "values": ["pt"]}], "destination_url": NEW},
    ]
    tags = [(await api.patch(where, json={"rules": rules})).headers["etag"] for _ in range(3)]
    assert tags == ['"2"'] * 3
    versions = (await api.get(f"{where}/versions")).json()["data"]
    assert [each["version"] for each in versions] == [2, 1]


async def test_a_static_code_has_no_versions(api: httpx.AsyncClient) -> None:
    static = {"type": "static", "content": {"kind": "text", "text": "x"}}
    printed = (await api.post("/v1/qr-codes", json=static)).headers["location"]
    for answer in (
        await api.get(f"{printed}/versions"),
        await api.post(f"{printed}/rollback", json={"version": 1}),
        await api.delete(f"{printed}/versions/1"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "static_code")


async def test_whoever_plans_a_change_is_told_its_number(
    api: httpx.AsyncClient, deps: Deps
) -> None:
    code = await api.post("/v1/qr-codes", json={"destination_url": URL})
    link = f"/v1/links/{code.json()['link']['id']}"
    body = {"destination_url": NEW, "effective_from": later(deps, hours=1).isoformat()}
    for number, where in ((2, code.headers["location"]), (3, link)):
        planned = await api.patch(where, json=body)
        assert planned.headers["quietzone-planned-version"] == str(number)
        assert (await api.delete(f"{where}/versions/{number}")).status_code == 204
        at_once = await api.patch(where, json={"name": "x"})
        assert "quietzone-planned-version" not in at_once.headers
