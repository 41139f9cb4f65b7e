"""What row-level security shows of people when a query forgets its filter."""

from uuid import UUID

import asyncpg
import pytest

from qz_api.accounts.roles import Role
from qz_api.deps import Deps
from qz_common.ids import read_id
from tests.api.accounts.conftest import Join
from tests.api.conftest import Tenant
from tests.fixtures.browser import Browser, user_id


@pytest.fixture
async def kim(join: Join, tenant: Tenant) -> UUID:
    """A member of the tenant, beside somebody who is a member elsewhere."""
    browser = await join(tenant, Role.OWNER, "kim@example.com")
    uuid = read_id("usr", user_id(await browser.get("/v1/session")))
    assert uuid is not None
    return uuid


@pytest.fixture
async def eve(browser: Browser) -> UUID:
    uuid = read_id("usr", user_id(await browser.sign_up("eve@example.com")))
    assert uuid is not None
    return uuid


async def test_a_workspace_sees_its_members_but_no_hash_and_no_session(
    tenant: Tenant, kim: UUID, eve: UUID
) -> None:
    assert [row["id"] for row in await tenant.rows("SELECT id FROM users")] == [kim]
    for table in ("user_passwords", "sessions", "attempt_buckets"):
        assert await tenant.rows(f"SELECT * FROM {table}") == [], table
    assert await tenant.rows("UPDATE users SET name = 'x' RETURNING id") == []


async def test_a_user_sees_their_own_things_alone(deps: Deps, kim: UUID, eve: UUID) -> None:
    async with deps.db.account(eve) as conn:
        for table, column in (
            ("users", "id"),
            ("user_passwords", "user_id"),
            ("sessions", "user_id"),
            ("members", "user_id"),
        ):
            rows = await conn.fetch(f"SELECT {column} AS who FROM {table}")
            assert {row["who"] for row in rows} == {eve}, table
        assert await conn.fetchval("SELECT count(*) FROM workspaces") == 1
        assert await conn.execute("DELETE FROM sessions") == "DELETE 1"


async def test_a_user_makes_nobody_a_member(deps: Deps, tenant: Tenant, eve: UUID) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with deps.db.account(eve) as conn:
            await conn.execute(
                "INSERT INTO members VALUES ($1, $2, 'owner', now(), now())", tenant.id, eve
            )


async def test_without_anybody_nothing_is_seen(deps: Deps, kim: UUID, eve: UUID) -> None:
    tables = ("users", "user_passwords", "sessions", "members", "invites", "mail_outbox")
    async with deps.db.connection() as conn:
        for table in (*tables, "audit_log", "attempt_buckets"):
            assert await conn.fetch(f"SELECT * FROM {table}") == [], table
