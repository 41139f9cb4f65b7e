"""From a claim to a host that edges answer for, and back."""

import asyncio
from typing import Any

import httpx
import pytest

from qz_api.domains import lookup
from qz_api.links.store import surroundings
from qz_common.records import DomainRecord, decode, domain_key
from tests.api.conftest import MakeTenant, Tenant
from tests.api.domains.name_server import NameServer
from tests.api.test_duties import held
from tests.fixtures.postgres import Database
from tests.fixtures.wait import eventually

HOST = "go.example.com"
NAME = f"_quietzone.{HOST}"
NO_DOMAIN = "dom_" + "0" * 26


async def claim(api: httpx.AsyncClient, host: str = HOST, **more: str) -> dict[str, Any]:
    answer = await api.post("/v1/domains", json={"host": host, **more})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def verify(api: httpx.AsyncClient, domain: dict[str, Any]) -> httpx.Response:
    return await api.post(f"/v1/domains/{domain['id']}/verify")


def show(names: NameServer, *domains: dict[str, Any]) -> None:
    record = [f'"{domain["dns_record"]["value"]}"' for domain in domains]
    names.texts[NAME] = ['"v=spf1 -all"', *record]


async def published(tenant: Tenant, host: str = HOST) -> DomainRecord | None:
    row = await tenant.row("SELECT value FROM routes WHERE key = $1", domain_key(host))
    record = decode(row["value"]) if row else None
    assert record is None or isinstance(record, DomainRecord)
    return record


async def test_a_claim_says_which_record_shows_it(api: httpx.AsyncClient) -> None:
    domain = await claim(api, "Bücher.Example")
    assert domain["host"] == "xn--bcher-kva.example"
    assert domain["host_unicode"] == "bücher.example"
    assert domain["status"] == "pending"
    assert domain["dns_record"]["name"] == "_quietzone.xn--bcher-kva.example"
    assert domain["dns_record"]["value"].startswith("quietzone-verification=")


async def test_a_verified_domain_is_published_in_the_same_transaction(
    api: httpx.AsyncClient, tenant: Tenant, names: NameServer
) -> None:
    domain = await claim(api, root_url="https://www.example.com")
    assert await published(tenant) is None
    show(names, domain)
    answer = await verify(api, domain)
    assert (answer.status_code, answer.json()["status"]) == (200, "verified")
    record = await published(tenant)
    assert record is not None
    assert (record.host, record.workspace, record.status) == (HOST, tenant.text, "active")
    assert record.root_url == "https://www.example.com/"
    sent = await tenant.rows("SELECT key FROM outbox ORDER BY seq")
    assert [row["key"] for row in sent] == [domain_key(HOST)]


async def test_a_missing_record_and_another_record_are_told_apart(
    api: httpx.AsyncClient, names: NameServer
) -> None:
    domain = await claim(api)
    missing = await verify(api, domain)
    assert (missing.status_code, missing.json()["code"]) == (409, "record_missing")
    names.texts[NAME] = ['"quietzone-verification=somebody-else"']
    differs = await verify(api, domain)
    assert (differs.status_code, differs.json()["code"]) == (409, "record_differs")
    seen = (await api.get(f"/v1/domains/{domain['id']}")).json()
    assert (seen["status"], seen["failure"]) == ("pending", "record_differs")
    assert seen["checked_at"] is not None


async def test_dns_that_is_silent_answers_503(api: httpx.AsyncClient, names: NameServer) -> None:
    domain = await claim(api)
    names.answer = lambda server, query: []
    answer = await verify(api, domain)
    assert (answer.status_code, answer.json()["code"]) == (503, "dns_unavailable")
    assert answer.headers["retry-after"]


async def test_two_may_claim_and_the_one_who_shows_it_gets_it(
    api: httpx.AsyncClient, make_tenant: MakeTenant, names: NameServer
) -> None:
    rival = await (await make_tenant()).client()
    mine, theirs = await claim(api), await claim(rival)
    show(names, theirs)
    assert (await verify(api, mine)).status_code == 409
    assert (await verify(rival, theirs)).status_code == 200


async def test_a_host_stays_with_whom_it_has_while_their_record_stands(
    api: httpx.AsyncClient, tenant: Tenant, make_tenant: MakeTenant, names: NameServer
) -> None:
    rival = await (await make_tenant()).client()
    mine, theirs = await claim(api), await claim(rival)
    show(names, mine, theirs)
    assert (await verify(api, mine)).status_code == 200
    answer = await verify(rival, theirs)
    assert (answer.status_code, answer.json()["code"]) == (409, "domain_taken")
    assert (await verify(api, mine)).status_code == 200
    record = await published(tenant)
    assert record is not None
    assert record.workspace == tenant.text


async def test_whoever_shows_it_alone_takes_it_over(
    api: httpx.AsyncClient, make_tenant: MakeTenant, names: NameServer
) -> None:
    stranger = await make_tenant()
    rival = await stranger.client()
    mine, theirs = await claim(api), await claim(rival)
    show(names, mine)
    assert (await verify(api, mine)).status_code == 200
    show(names, theirs)
    assert (await verify(rival, theirs)).status_code == 200
    lost = (await api.get(f"/v1/domains/{mine['id']}")).json()
    assert (lost["status"], lost["failure"]) == ("lapsed", "taken_over")
    record = await published(stranger)
    assert record is not None
    assert (record.workspace, record.status) == (stranger.text, "active")


async def test_a_domain_given_up_can_be_verified_by_another(
    api: httpx.AsyncClient, tenant: Tenant, make_tenant: MakeTenant, names: NameServer
) -> None:
    mine = await claim(api)
    show(names, mine)
    await verify(api, mine)
    assert (await api.delete(f"/v1/domains/{mine['id']}")).status_code == 204
    record = await published(tenant)
    assert record is not None
    assert record.status == "deleted"
    stranger = await make_tenant()
    rival = await stranger.client()
    theirs = await claim(rival)
    show(names, theirs)
    assert (await verify(rival, theirs)).status_code == 200
    taken = await published(stranger)
    assert taken is not None
    assert taken.version > record.version


async def test_the_same_host_twice_is_a_conflict(api: httpx.AsyncClient) -> None:
    await claim(api)
    again = await api.post("/v1/domains", json={"host": "GO.example.com."})
    assert (again.status_code, again.json()["code"]) == (409, "domain_exists")


async def test_one_default_at_most_and_only_a_verified_one(
    api: httpx.AsyncClient, tenant: Tenant, names: NameServer
) -> None:
    first, second = await claim(api), await claim(api, "to.example.com")
    unready = await api.patch(f"/v1/domains/{first['id']}", json={"default": True})
    assert (unready.status_code, unready.json()["code"]) == (409, "domain_not_verified")
    show(names, first)
    names.texts["_quietzone.to.example.com"] = [f'"{second["dns_record"]["value"]}"']
    for domain in (first, second):
        await verify(api, domain)
        answer = await api.patch(f"/v1/domains/{domain['id']}", json={"default": True})
        assert answer.json()["default"] is True
    listed = (await api.get("/v1/domains")).json()["data"]
    assert [each["host"] for each in listed if each["default"]] == ["to.example.com"]
    async with tenant.deps.db.transaction(tenant.id) as conn:
        around = await surroundings(conn, tenant.id, "live", [])
    assert around["default_host"] == "to.example.com"


async def test_links_stand_on_verified_domains_of_their_own_workspace(
    api: httpx.AsyncClient, tenant: Tenant, make_tenant: MakeTenant, names: NameServer
) -> None:
    domain = await claim(api)
    own, absent = (domain["id"], HOST, "GO.Example.com."), ("", "x", "other.example.com", NO_DOMAIN)
    stranger = await make_tenant()
    async with tenant.deps.db.transaction(tenant.id) as conn:
        assert await lookup.hosts(conn, tenant.id, "live", [HOST]) == {HOST: None}
    show(names, domain)
    await verify(api, domain)
    async with tenant.deps.db.transaction(tenant.id) as conn:
        found = await lookup.hosts(conn, tenant.id, "live", [*own, *absent])
        assert found == dict.fromkeys(own, HOST)
        assert await lookup.hosts(conn, tenant.id, "test", own) == {}
        assert (await surroundings(conn, tenant.id, "live", []))["default_host"] == ""
    async with tenant.deps.db.transaction(stranger.id) as conn:
        assert await lookup.hosts(conn, stranger.id, "live", own) == {}


async def test_no_link_is_made_on_a_domain_that_goes_meanwhile(
    api: httpx.AsyncClient, names: NameServer, database: Database
) -> None:
    domain = await claim(api)
    show(names, domain)
    await verify(api, domain)
    async with held(database, "DELETE FROM domains") as holder:
        body = {"destination_url": "https://example.com", "host": HOST}
        making = asyncio.create_task(api.post("/v1/links", json=body))
        await eventually(lambda: holder.fetchval("SELECT true FROM pg_locks WHERE NOT granted"))
    assert (await making).json()["code"] == "unknown_domain"


async def test_a_domain_with_links_on_it_is_kept(api: httpx.AsyncClient, names: NameServer) -> None:
    domain = await claim(api)
    show(names, domain)
    await verify(api, domain)
    link = await api.post(
        "/v1/links", json={"destination_url": "https://example.com", "host": HOST}
    )
    assert link.status_code == 201, link.text
    assert link.json()["short_url"].startswith(f"https://{HOST}/")
    refused = await api.delete(f"/v1/domains/{domain['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "domain_in_use")
    await api.delete(f"/v1/links/{link.json()['id']}")
    assert (await api.delete(f"/v1/domains/{domain['id']}")).status_code == 204


@pytest.mark.parametrize(
    ("root_url", "code"),
    [
        ("javascript:alert(1)", "invalid_destination_url"),
        ("https://qz.example/x", "own_host_destination"),
        ("http://192.168.0.1/", "private_destination"),
    ],
)
async def test_the_root_url_goes_through_the_gate(
    root_url: str, code: str, api: httpx.AsyncClient
) -> None:
    answer = await api.post("/v1/domains", json={"host": HOST, "root_url": root_url})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["errors"][0]["pointer"] == "/root_url"


async def test_the_root_url_of_a_verified_domain_moves_and_clears(
    api: httpx.AsyncClient, tenant: Tenant, names: NameServer
) -> None:
    domain = await claim(api)
    show(names, domain)
    await verify(api, domain)
    for root_url, expected in (("https://example.com/a", "https://example.com/a"), (None, "")):
        await api.patch(f"/v1/domains/{domain['id']}", json={"root_url": root_url})
        record = await published(tenant)
        assert record is not None
        assert record.root_url == expected


async def test_verified_domains_of_anybody_are_own_hosts(
    api: httpx.AsyncClient, tenant: Tenant, make_tenant: MakeTenant, names: NameServer
) -> None:
    domain = await claim(api)
    show(names, domain)
    await verify(api, domain)
    stranger = await make_tenant()
    async with stranger.deps.db.transaction(stranger.id) as conn:
        for among, found in ((None, [HOST]), ([HOST, "example.com"], [HOST]), ([], [])):
            around = await surroundings(conn, stranger.id, "live", among)
            assert around["own_hosts"] == found
        # and nothing else of the other workspace is seen afterwards
        assert await conn.fetch("SELECT * FROM domains") == []
    looped = await (await stranger.client()).post(
        "/v1/domains", json={"host": "to.example.com", "root_url": f"https://{HOST}/x"}
    )
    assert looped.json()["code"] == "own_host_destination"


async def test_a_change_of_an_old_version_is_refused(api: httpx.AsyncClient) -> None:
    domain = await claim(api)
    path = f"/v1/domains/{domain['id']}"
    tag = {"If-Match": '"1"'}
    first = await api.patch(path, json={"root_url": "https://example.com"}, headers=tag)
    assert first.status_code == 200
    second = await api.patch(path, json={"root_url": None}, headers=tag)
    assert second.status_code == 412


async def test_every_change_is_in_the_audit_log_without_its_token(
    api: httpx.AsyncClient, tenant: Tenant, names: NameServer
) -> None:
    domain = await claim(api)
    show(names, domain)
    await verify(api, domain)
    await api.delete(f"/v1/domains/{domain['id']}")
    rows = await tenant.rows("SELECT action, before, after FROM audit_log ORDER BY at, id")
    assert [row["action"] for row in rows] == [
        "domain.created",
        "domain.verified",
        "domain.deleted",
    ]
    token = domain["dns_record"]["value"].partition("=")[2]
    assert token not in str([dict(row) for row in rows])
