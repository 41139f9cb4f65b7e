"""The second wall: every table with tenants' rows has forced row-level security."""

import asyncpg
import pytest

from qz_api.deps import Deps
from tests.api.conftest import MakeTenant
from tests.fixtures.postgres import Database

GLOBAL_TABLES = {
    "schema_migrations": "what was applied",
    "routing_markers": "where the last re-publish of a topic ended",
}


async def test_every_table_has_a_forced_policy(database: Database) -> None:
    conn = await asyncpg.connect(database.superuser_dsn)
    try:
        rows = await conn.fetch(
            """SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS forced,
                      EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid
                              AND p.polwithcheck IS NOT NULL) AS walled
               FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')"""
        )
    finally:
        await conn.close()
    open_tables = {row["name"] for row in rows if not (row["forced"] and row["walled"])}
    assert open_tables == set(GLOBAL_TABLES)


async def test_the_app_role_is_neither_owner_nor_above_the_policies(database: Database) -> None:
    conn = await asyncpg.connect(database.dsn)
    try:
        role = await conn.fetchrow(
            """SELECT rolsuper, rolbypassrls,
                      (SELECT count(*) FROM pg_class WHERE relowner = r.oid) AS owned
               FROM pg_roles r WHERE rolname = current_user"""
        )
    finally:
        await conn.close()
    assert tuple(role) == (False, False, 0)


async def test_a_statement_without_a_workspace_sees_and_changes_nothing(
    deps: Deps, make_tenant: MakeTenant
) -> None:
    tenant = await make_tenant()
    await tenant.key()
    async with deps.db.connection() as conn:
        assert await conn.fetch("SELECT * FROM workspaces") == []
        assert await conn.execute("UPDATE api_keys SET name = 'x'") == "UPDATE 0"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute(
                "INSERT INTO usage_months (workspace_id, month) VALUES ($1, now())", tenant.id
            )


async def test_a_forgotten_filter_still_shows_one_workspace(
    deps: Deps, make_tenant: MakeTenant
) -> None:
    one, two = await make_tenant(), await make_tenant()
    for tenant in (one, two):
        await tenant.key()
    async with deps.db.transaction(one.id) as conn:
        rows = await conn.fetch("SELECT workspace_id FROM api_keys")
        assert {row["workspace_id"] for row in rows} == {one.id}
        assert await conn.execute("DELETE FROM api_keys") == "DELETE 1"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute("UPDATE workspaces SET id = $1", two.id)
