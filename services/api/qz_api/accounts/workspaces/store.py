"""All SQL about workspaces as people see them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from qz_api.connection import Connection, Row, fetch_one
from qz_api.deferred import write_deferred
from qz_api.http.paging import Place
from qz_api.transaction import Transaction

COLUMNS = """id, name, plan, timezone, allowed_domains, blocked_domains,
    allow_private_destinations, version, created_at, updated_at"""


async def enter(conn: Transaction, workspace: UUID) -> None:
    """From here on this transaction sees the workspace. The caller knows that it may."""
    await write_deferred(conn)
    await conn.execute("SELECT set_config('app.workspace', $1, true)", str(workspace))


async def insert(conn: Connection, *, id: UUID, name: str, plan: str, now: datetime) -> Row:
    return await fetch_one(
        conn,
        f"""INSERT INTO workspaces (id, name, plan, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $4) RETURNING {COLUMNS}""",
        id,
        name,
        plan,
        now,
    )


async def insert_missing(conn: Connection, id: UUID, name: str, plan: str) -> None:
    """As the deployment."""
    await conn.execute(
        "INSERT INTO workspaces (id, name, plan) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        id,
        name,
        plan,
    )


async def get(conn: Connection, id: UUID) -> Row:
    return await fetch_one(conn, f"SELECT {COLUMNS} FROM workspaces WHERE id = $1", id)


async def lock(conn: Connection, id: UUID) -> Row:
    """Orders commands on the settings and the members of one workspace."""
    return await fetch_one(
        conn, f"SELECT {COLUMNS} FROM workspaces WHERE id = $1 FOR NO KEY UPDATE", id
    )


async def update(conn: Connection, id: UUID, values: Mapping[str, Any], now: datetime) -> Row:
    return await fetch_one(
        conn,
        f"""UPDATE workspaces SET name = $2, timezone = $3, allowed_domains = $4,
                blocked_domains = $5, allow_private_destinations = $6, version = version + 1,
                updated_at = $7
            WHERE id = $1 RETURNING {COLUMNS}""",
        id,
        values["name"],
        values["timezone"],
        values["allowed_domains"],
        values["blocked_domains"],
        values["allow_private_destinations"],
        now,
    )


async def list_of_user(conn: Connection, user: UUID, after: Place | None, limit: int) -> list[Row]:
    created_at, id = after or (None, None)
    rows: list[Row] = await conn.fetch(
        """SELECT w.id, w.name, w.plan, w.created_at, m.role, m.created_at AS joined_at
           FROM members m JOIN workspaces w ON w.id = m.workspace_id
           WHERE m.user_id = $1
             AND ($2::timestamptz IS NULL OR (m.created_at, w.id) < ($2, $3::uuid))
           ORDER BY m.created_at DESC, w.id DESC LIMIT $4""",
        user,
        created_at,
        id,
        limit,
    )
    return rows


async def of_user(conn: Connection, user: UUID, workspace: UUID) -> Row | None:
    return await conn.fetchrow(
        """SELECT w.id, w.name, w.plan, w.created_at, m.role, m.created_at AS joined_at
           FROM members m JOIN workspaces w ON w.id = m.workspace_id
           WHERE m.user_id = $1 AND m.workspace_id = $2""",
        user,
        workspace,
    )


async def ids_of_user(conn: Connection, user: UUID) -> list[UUID]:
    rows = await conn.fetch("SELECT workspace_id FROM members WHERE user_id = $1", user)
    return [row["workspace_id"] for row in rows]


async def count_of_user(conn: Connection, user: UUID) -> int:
    count: int = await conn.fetchval("SELECT count(*) FROM members WHERE user_id = $1", user)
    return count


async def count_owned(conn: Connection, user: UUID) -> int:
    count: int = await conn.fetchval(
        "SELECT count(*) FROM members WHERE user_id = $1 AND role = 'owner'", user
    )
    return count
