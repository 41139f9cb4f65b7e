"""Changes of links, of their codes and of what they name meet without a deadlock, and none is lost.

Kinds of changes run against each other, each by several clients, on the same few things.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import combinations_with_replacement, count

import asyncpg
import httpx
import pytest

from qz_api.connection import Row
from qz_api.db import Contended
from qz_common.records import CodeRecord, code_key, decode
from tests.api.conftest import Tenant
from tests.fixtures.postgres import Database
from tests.fixtures.wait import eventually

CLIENTS = 2
ROUNDS = 3
HOST = "go.example.com"


@dataclass
class Ground:
    """Two codes of a link each, in one campaign, that lead to one destination, and a page."""

    api: httpx.AsyncClient
    campaign: str = ""
    destination: str = ""
    page: str = ""
    domain: str = ""
    links: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    fresh: Iterator[int] = field(default_factory=count)

    async def post(self, path: str, body: object) -> str:
        answer = await self.api.post(path, json=body)
        assert answer.status_code in (200, 201), answer.text
        return str(answer.json().get("id", ""))

    def naming(self) -> dict[str, str]:
        return {"campaign_id": self.campaign, "destination_id": self.destination}


@pytest.fixture
async def ground(api: httpx.AsyncClient, tenant: Tenant) -> Ground:
    made = Ground(api)
    made.campaign = await made.post("/v1/campaigns", {"name": "c", "utm": {"utm_source": "0"}})
    target = {"type": "url", "url": "https://example.com/0"}
    made.destination = await made.post("/v1/destinations", {"name": "d", "target": target})
    made.page = await made.post("/v1/landing-pages", {"title": "p"})
    made.domain = await made.post("/v1/domains", {"host": HOST})
    await tenant.row("UPDATE domains SET status = 'verified' RETURNING id")
    for _ in range(2):
        code = (await api.post("/v1/qr-codes", json=made.naming())).json()
        made.codes.append(code["id"])
        made.links.append(code["link"]["id"])
    for link in made.links:
        await made.post("/v1/qr-codes", {"link_id": link})
    return made


Do = Callable[[Ground], Awaitable[httpx.Response]]


def patch(kind: str, of: Callable[[Ground], str], body: Callable[[Ground], object]) -> Do:
    return lambda on: on.api.patch(f"/v1/{kind}/{of(on)}", json=body(on))


def bulk(what: str, body: Callable[[Ground], object]) -> Do:
    return lambda on: on.api.post(f"/v1/qr-codes/bulk{what}", json=body(on))


def target(on: Ground) -> object:
    return {"target": {"type": "url", "url": f"https://example.com/{next(on.fresh)}"}}


def rows(on: Ground) -> object:
    """Against the order in which they were made."""
    named = {"name": f"n{next(on.fresh)}", "campaign_id": on.campaign}
    return {"items": [{"id": id, **named} for id in reversed(on.codes)]}


async def delete_and_restore(on: Ground) -> httpx.Response:
    where = f"/v1/links/{on.links[0]}"
    await on.api.delete(where)
    return await on.api.post(f"{where}/restore")


async def delete_and_restore_code(on: Ground) -> httpx.Response:
    where = f"/v1/qr-codes/{on.codes[1]}"
    await on.api.delete(where)
    return await on.api.post(f"{where}/restore")


async def begin_and_end_campaign(on: Ground) -> httpx.Response:
    answer = await on.api.post("/v1/campaigns", json={"name": "short"})
    mine = answer.json()["id"]
    await on.api.patch(f"/v1/qr-codes/{on.codes[0]}", json={"campaign_id": mine})
    await on.api.patch(f"/v1/qr-codes/{on.codes[0]}", json={"campaign_id": on.campaign})
    return await on.api.delete(f"/v1/campaigns/{mine}")


KINDS: dict[str, Do] = {
    "campaign": patch(
        "campaigns", lambda on: on.campaign, lambda on: {"utm": {"utm_source": str(next(on.fresh))}}
    ),
    "destination": patch("destinations", lambda on: on.destination, target),
    "page": patch("landing-pages", lambda on: on.page, lambda on: {"title": f"{next(on.fresh)}"}),
    "domain": patch(
        "domains", lambda on: on.domain, lambda on: {"default": bool(next(on.fresh) % 2)}
    ),
    "link": patch(
        "links", lambda on: on.links[0], lambda on: {"name": f"l{next(on.fresh)}", **on.naming()}
    ),
    "link to page": patch(
        "links",
        lambda on: on.links[1],
        lambda on: (
            {"landing_page_id": on.page}
            if next(on.fresh) % 2
            else {"destination_id": on.destination}
        ),
    ),
    "code": patch(
        "qr-codes", lambda on: on.codes[1], lambda on: {"name": f"c{next(on.fresh)}", **on.naming()}
    ),
    "bulk update": bulk("/update", rows),
    "bulk status": bulk(
        "/status",
        lambda on: {"ids": on.codes, "status": ("active", "paused")[next(on.fresh) % 2]},
    ),
    "bulk create": bulk(
        "", lambda on: {"items": [on.naming(), {**on.naming(), "domain_id": on.domain}]}
    ),
    "rollback": lambda on: on.api.post(f"/v1/links/{on.links[0]}/rollback", json={"version": 1}),
    "create": lambda on: on.api.post(
        "/v1/qr-codes", json={"link_id": on.links[0], "campaign_id": on.campaign}
    ),
    "delete and restore": delete_and_restore,
    "delete and restore code": delete_and_restore_code,
    "end of a campaign": begin_and_end_campaign,
}


async def deadlocks(database: Database) -> int:
    """So far, of this database; sessions tell of them when they end at the latest."""
    connection = await asyncpg.connect(database.superuser_dsn)
    try:
        await connection.execute(
            """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()"""
        )
        found: int = await connection.fetchval(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        )
        return found
    finally:
        await connection.close()


@asynccontextmanager
async def without_deadlock(database: Database) -> AsyncIterator[None]:
    before = await deadlocks(database)
    yield
    assert await deadlocks(database) == before


async def run(on: Ground, *kinds: str) -> list[httpx.Response]:
    async def client(kind: str) -> list[httpx.Response]:
        return [await KINDS[kind](on) for _ in range(ROUNDS)]

    found = await asyncio.gather(*[client(kind) for kind in kinds for _ in range(CLIENTS)])
    return [answer for answers in found for answer in answers]


@pytest.mark.parametrize("kind", KINDS)
async def test_no_two_kinds_of_changes_wait_in_a_circle(
    kind: str, ground: Ground, database: Database
) -> None:
    names = list(KINDS)
    others = [other for one, other in combinations_with_replacement(names, 2) if one == kind]
    async with without_deadlock(database):
        for other in others:
            answers = await run(ground, kind, other)
            failed = [answer.text for answer in answers if answer.status_code >= 500]
            assert not failed, f"{kind} beside {other}: {failed[0]}"


async def test_all_at_once_ends_with_what_is_true(
    ground: Ground, tenant: Tenant, database: Database
) -> None:
    async with without_deadlock(database):
        answers = await run(ground, *KINDS)
    assert [answer.text for answer in answers if answer.status_code >= 500] == []
    utm = (await ground.api.get(f"/v1/campaigns/{ground.campaign}")).json()["utm"]
    where = (await ground.api.get(f"/v1/destinations/{ground.destination}")).json()["location"]
    for link in await tenant.rows("SELECT * FROM links WHERE deleted_at IS NULL"):
        served = await route(tenant, link)
        assert served.utm == (utm if link["campaign_id"] else {})
        assert served.location == (where if link["destination_id"] else link["destination_url"])


async def test_a_new_link_never_keeps_the_old_parameters_of_its_campaign(
    ground: Ground, tenant: Tenant
) -> None:
    """However a link that is being made and a change of its campaign fall."""
    for number in range(20):
        utm = {"utm_source": f"s{number}"}
        changed, made = await asyncio.gather(
            ground.api.patch(f"/v1/campaigns/{ground.campaign}", json={"utm": utm}),
            ground.api.post("/v1/links", json=ground.naming()),
        )
        assert (changed.status_code, made.status_code) == (200, 201)
        assert (await route(tenant, made.json())).utm == utm


async def test_what_postgres_ends_for_another_is_tried_again(
    ground: Ground, tenant: Tenant, database: Database
) -> None:
    """Somebody from outside, who keeps no order: the change waits, loses, and is made all the
    same."""
    before = await deadlocks(database)
    async with tenant.deps.db.transaction(tenant.id) as outside:
        await outside.execute("SELECT id FROM campaigns FOR UPDATE")
        body = {"name": "made", **ground.naming()}
        change = asyncio.create_task(ground.api.patch(f"/v1/links/{ground.links[0]}", json=body))
        await eventually(lambda: _somebody_waits(tenant))
        await outside.execute("SELECT id FROM links ORDER BY id FOR UPDATE")
    answer = await change
    assert (answer.status_code, answer.json()["name"]) == (200, "made")
    assert await deadlocks(database) == before + 1


async def test_who_loses_again_and_again_is_told_to_come_back(tenant: Tenant) -> None:
    async def ended() -> None:
        async with tenant.deps.db.transaction(tenant.id) as conn:
            await conn.execute("DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$")

    with pytest.raises(Contended) as refused:
        await ended()
    assert (refused.value.status, refused.value.code) == (503, "database_busy")
    assert refused.value.headers["Retry-After"] == "1"


async def _somebody_waits(tenant: Tenant) -> bool:
    row = await tenant.row("SELECT count(*) AS n FROM pg_locks WHERE NOT granted")
    return bool(row["n"])


async def route(tenant: Tenant, link: Row) -> CodeRecord:
    key = code_key(link["host"], link["slug"])
    found = await tenant.row("SELECT value FROM routes WHERE key = $1", key)
    record = decode(found["value"])
    assert isinstance(record, CodeRecord)
    return record
