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


async def test_what_looks_as_the_owner_is_for_the_app_alone(database: Database) -> None:
    conn = await asyncpg.connect(database.superuser_dsn)
    try:
        rows = await conn.fetch(
            """SELECT p.proname AS name, p.proconfig AS settings,
                      has_function_privilege('quietzone_app', p.oid, 'EXECUTE') AS for_app,
                      EXISTS (SELECT FROM aclexplode(
                                  coalesce(p.proacl, acldefault('f', p.proowner)))
                              WHERE grantee = 0) AS for_anybody
               FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
               WHERE n.nspname = 'public' AND p.prosecdef"""
        )
        open_policies = await conn.fetch(
            """SELECT polname, polcmd::text FROM pg_policy, pg_class c
               WHERE c.oid = polrelid AND pg_get_expr(polqual, polrelid) = 'true'
                 AND polroles <> ARRAY[c.relowner]"""
        )
    finally:
        await conn.close()
    assert {row["name"] for row in rows} >= {"qz_tagged_links", "qz_tagged_codes"}
    for row in rows:
        assert row["settings"] == ["search_path=pg_catalog, public, pg_temp"], row["name"]
        assert (row["for_app"], row["for_anybody"]) == (True, False), row["name"]
    assert open_policies == []


async def test_a_table_of_the_sessions_own_deceives_no_owner(
    deps: Deps, make_tenant: MakeTenant
) -> None:
    tenant = await make_tenant()
    found = "SELECT qz_tagged_links($1, 'live', 'x', 10)"
    async with deps.db.transaction(tenant.id) as conn:
        await conn.execute("CREATE TEMP TABLE links AS SELECT * FROM public.links")
        await conn.execute(
            """INSERT INTO pg_temp.links (id, workspace_id, mode, tags)
               VALUES (gen_random_uuid(), $1, 'live', '{x}')""",
            tenant.id,
        )
        assert await conn.fetchval(found, tenant.id) == []
        await conn.execute("DROP TABLE pg_temp.links")


async def test_the_app_role_makes_nothing_in_the_schema(deps: Deps) -> None:
    async with deps.db.connection() as conn:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'")
