"""The relay is told after a commit, once for many, and never when nothing was committed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from qz_api.bell import Bell
from qz_api.outbox import store
from qz_common.errors import Unavailable
from qz_common.records import CodeRecord
from tests.api.conftest import Tenant
from tests.fixtures.wait import eventually

RECORD = CodeRecord(version=1, workspace="ws_1", link="lnk_1", location="https://example.com")
MANY = 60


@asynccontextmanager
async def heard(tenant: Tenant) -> AsyncIterator[list[int]]:
    """How many rows of the outbox could be seen each time that somebody told."""
    async with tenant.deps.db.system() as reader, tenant.deps.db.connection() as listener:
        seen: list[int] = []
        tasks: set[asyncio.Task[None]] = set()
        turn = asyncio.Lock()

        async def look() -> None:
            async with turn:
                seen.append(await reader.fetchval("SELECT count(*) FROM outbox"))

        await listener.add_listener("outbox", lambda *_: tasks.add(asyncio.create_task(look())))
        yield seen
        await listener.reset(timeout=1)
        await asyncio.gather(*tasks)


async def publish(tenant: Tenant, key: str) -> None:
    async with tenant.deps.db.command(tenant.id) as conn:
        await store.append(conn, tenant.id, key, RECORD)


async def publish_and_fail(tenant: Tenant) -> None:
    async with tenant.deps.db.command(tenant.id) as conn:
        await store.append(conn, tenant.id, "one", RECORD)
        raise ValueError("stop")


async def test_what_was_told_of_is_there(tenant: Tenant) -> None:
    async with heard(tenant) as seen:
        await publish(tenant, "one")
        await eventually(lambda: seen)
    assert seen == [1]


async def test_many_commits_are_told_together(tenant: Tenant) -> None:
    async with heard(tenant) as seen:
        await asyncio.gather(*(publish(tenant, f"key {number}") for number in range(MANY)))
        await eventually(lambda: seen and seen[-1] == MANY)
    assert len(seen) < MANY / 2


async def test_nobody_is_told_of_what_did_not_happen(tenant: Tenant) -> None:
    async with heard(tenant) as seen:
        with pytest.raises(ValueError, match="stop"):
            await publish_and_fail(tenant)
        async with tenant.deps.db.command(tenant.id) as conn:
            await conn.execute("UPDATE workspaces SET name = 'changed'")
        await publish(tenant, "two")
        await eventually(lambda: seen)
    assert seen == [1]


async def test_a_bell_that_nobody_answers_rings_again_later() -> None:
    told, away = [], True

    async def execute(words: str) -> None:
        if away:
            raise Unavailable("the database is away")
        told.append(words)

    bell = Bell(execute)
    bell.ring()
    await bell.rest()
    away = False
    bell.ring()
    await bell.rest()
    assert len(told) == 1


async def test_no_commit_notifies_by_itself(tenant: Tenant) -> None:
    """It would make every commit of the database wait for the one before it."""
    triggers = await tenant.rows("SELECT tgname FROM pg_trigger WHERE tgrelid = 'outbox'::regclass")
    assert triggers == []


async def test_an_api_process_that_ends_has_told(tenant: Tenant) -> None:
    conn = await asyncpg.connect(tenant.deps.settings.postgres.dsn)
    told: list[str] = []
    try:
        await conn.add_listener("outbox", lambda *_: told.append("told"))
        await publish(tenant, "one")
        await tenant.deps.db.close()
        await eventually(lambda: told)
    finally:
        await conn.close()
