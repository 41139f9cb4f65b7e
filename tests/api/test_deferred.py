"""Writes at the end of a transaction: all of them, each once, and none of what was undone."""

from typing import Any
from uuid import UUID

import pytest

from qz_api.connection import Connection
from qz_api.deferred import MOST_ROWS, Deferred, defer, undone, write_deferred
from tests.api.conftest import Tenant

NAMES = Deferred(
    "names",
    types=("uuid", "text"),
    statements=(
        """INSERT INTO workspaces (id, name, plan)
           SELECT *, 'pro' FROM {rows} AS given""",
    ),
)
RENAMED = Deferred(
    "renamed",
    types=("uuid", "text"),
    statements=(
        """UPDATE workspaces w SET name = g.name
           FROM {rows} AS g (id, name) WHERE w.id = g.id""",
        """INSERT INTO outbox (topic, key) SELECT 'renamed', name
           FROM {rows} AS g (id, name)""",
    ),
)


def row(number: int, name: str) -> tuple[UUID, tuple[UUID, str]]:
    return UUID(int=number), (UUID(int=number), name)


async def names(conn: Connection, least: int = 1, most: int = 9) -> list[Any]:
    rows = await conn.fetch(
        "SELECT name FROM workspaces WHERE id BETWEEN $1 AND $2 ORDER BY id",
        UUID(int=least),
        UUID(int=most),
    )
    return [each["name"] for each in rows]


async def test_rows_of_several_kinds_are_written_before_the_commit(tenant: Tenant) -> None:
    db = tenant.deps.db
    async with db.system() as conn:
        await defer(conn, NAMES, [row(1, "one")])
        await defer(conn, RENAMED, [(tenant.id, (tenant.id, "renamed"))])
        await defer(conn, NAMES, [row(2, "two")])
        assert await names(conn) == []
    async with db.system() as conn:
        assert await names(conn) == ["one", "two"]
        assert await names(conn, tenant.id.int, tenant.id.int) == ["renamed"]
        assert await conn.fetchval("SELECT key FROM outbox WHERE topic = 'renamed'") == "renamed"


async def test_a_later_row_of_a_key_takes_the_place_of_an_earlier_one(tenant: Tenant) -> None:
    async with tenant.deps.db.system() as conn:
        await defer(conn, NAMES, [row(1, "first")])
        await defer(conn, NAMES, [row(1, "last")])
        await write_deferred(conn)
        assert await names(conn) == ["last"]


async def test_a_failed_transaction_leaves_no_rows_to_the_next_one(tenant: Tenant) -> None:
    async def fail() -> None:
        async with tenant.deps.db.system() as conn:
            await defer(conn, NAMES, [row(1, "one")])
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        await fail()
    for _ in range(3):
        async with tenant.deps.db.system() as conn:
            assert not conn.due
    async with tenant.deps.db.system() as conn:
        assert await names(conn) == []


async def test_what_is_undone_writes_nothing_and_keeps_what_was_there(tenant: Tenant) -> None:
    async with tenant.deps.db.system() as conn:
        await defer(conn, NAMES, [row(1, "kept")])
        async with undone(conn):
            await defer(conn, NAMES, [row(2, "undone")])
        assert not conn.due
    async with tenant.deps.db.system() as conn:
        assert await names(conn) == ["kept"]


async def test_very_many_rows_are_written_on_the_way(tenant: Tenant) -> None:
    async with tenant.deps.db.system() as conn:
        await defer(conn, NAMES, [row(number, "x") for number in range(1, MOST_ROWS + 1)])
        assert not conn.due
        assert len(await names(conn, 1, MOST_ROWS)) == MOST_ROWS
