"""The default domain of a workspace is where its new codes stand."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.api.conftest import Tenant
from tests.api.domains.name_server import NameServer
from tests.api.domains.test_domains import HOST, claim, show, verify

URL = "https://example.com"


@pytest.fixture
async def domain(api: httpx.AsyncClient, names: NameServer) -> dict[str, Any]:
    claimed = await claim(api)
    show(names, claimed)
    await verify(api, claimed)
    answer = await api.patch(f"/v1/domains/{claimed['id']}", json={"default": True})
    assert answer.status_code == 200, answer.text
    return claimed


async def made(api: httpx.AsyncClient, **draft: object) -> dict[str, Any]:
    answer = await api.post("/v1/qr-codes", json={"destination_url": URL, **draft})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()["link"]
    return found


async def test_new_codes_and_links_stand_on_it(
    api: httpx.AsyncClient, domain: dict[str, Any]
) -> None:
    code = await made(api, slug="menu")
    assert (code["host"], code["short_url"]) == (HOST, f"https://{HOST}/menu")
    link = (await api.post("/v1/links", json={"destination_url": URL})).json()
    assert link["host"] == HOST
    body = {"defaults": {"destination_url": URL}, "items": [{}, {"host": ""}]}
    rows = (await api.post("/v1/qr-codes/bulk", json=body)).json()["data"]
    assert [row["link"]["host"] for row in rows] == [HOST, ""]


async def test_its_record_is_published_under_its_host(
    api: httpx.AsyncClient, tenant: Tenant, domain: dict[str, Any]
) -> None:
    await made(api, slug="menu")
    key = await tenant.row("SELECT key FROM routes WHERE key LIKE 'code:%'")
    assert key["key"] == f"code:{HOST}/menu"


async def test_a_code_may_name_another_place(
    api: httpx.AsyncClient, domain: dict[str, Any]
) -> None:
    assert (await made(api, host=""))["host"] == ""
    assert (await made(api, domain_id=domain["id"]))["host"] == HOST


async def test_the_other_mode_has_a_default_of_its_own(
    tenant: Tenant, domain: dict[str, Any]
) -> None:
    assert (await made(await tenant.client(mode="test")))["host"] == ""


async def test_codes_stay_where_they_were_printed(
    api: httpx.AsyncClient, domain: dict[str, Any]
) -> None:
    code = await made(api, slug="menu")
    await api.patch(f"/v1/domains/{domain['id']}", json={"default": False})
    assert (await made(api))["host"] == ""
    link = (await api.patch(f"/v1/links/{code['id']}", json={"name": "x"})).json()
    assert link["host"] == HOST


async def test_domains_that_become_the_default_at_once(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    ids = [(await claim(api, f"d{number}.example.com"))["id"] for number in range(4)]
    await tenant.row("UPDATE domains SET status = 'verified' RETURNING id")

    async def walk(step: int) -> list[int]:
        wanted = [ids[step * turn % 4] for turn in range(8)]
        patch = {"default": True}
        return [(await api.patch(f"/v1/domains/{id}", json=patch)).status_code for id in wanted]

    answers = await asyncio.gather(*[walk(step) for step in (1, 2, 3, 5, 7)])
    assert {status for each in answers for status in each} == {200}
    assert len(await tenant.rows("SELECT FROM domains WHERE is_default")) == 1
