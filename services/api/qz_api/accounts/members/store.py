"""All SQL about members."""

from datetime import datetime
from uuid import UUID

from qz_api.connection import Connection, Row
from qz_api.http.paging import Place

COLUMNS = "m.user_id, u.email, u.name, m.role, m.created_at"


async def insert(conn: Connection, workspace: UUID, user: UUID, role: str, now: datetime) -> bool:
    """False when they are a member already."""
    inserted = await conn.fetchval(
        """INSERT INTO members (workspace_id, user_id, role, created_at, updated_at)
           VALUES ($1, $2, $3, $4, $4) ON CONFLICT DO NOTHING RETURNING true""",
        workspace,
        user,
        role,
        now,
    )
    return inserted is not None


async def list_members(
    conn: Connection, workspace: UUID, after: Place | None, limit: int
) -> list[Row]:
    created_at, user = after or (None, None)
    rows: list[Row] = await conn.fetch(
        f"""SELECT {COLUMNS} FROM members m JOIN users u ON u.id = m.user_id
            WHERE m.workspace_id = $1
              AND ($2::timestamptz IS NULL OR (m.created_at, m.user_id) < ($2, $3::uuid))
            ORDER BY m.created_at DESC, m.user_id DESC LIMIT $4""",
        workspace,
        created_at,
        user,
        limit,
    )
    return rows


async def count_members(conn: Connection, workspace: UUID) -> int:
    count: int = await conn.fetchval(
        "SELECT count(*) FROM members WHERE workspace_id = $1", workspace
    )
    return count


async def get(conn: Connection, workspace: UUID, user: UUID) -> Row | None:
    return await conn.fetchrow(
        f"""SELECT {COLUMNS} FROM members m JOIN users u ON u.id = m.user_id
            WHERE m.workspace_id = $1 AND m.user_id = $2""",
        workspace,
        user,
    )


async def is_member(conn: Connection, workspace: UUID, email_key: str) -> bool:
    found: bool = await conn.fetchval(
        """SELECT EXISTS (SELECT FROM members m JOIN users u ON u.id = m.user_id
               WHERE m.workspace_id = $1 AND u.email_key = $2)""",
        workspace,
        email_key,
    )
    return found


async def set_role(conn: Connection, workspace: UUID, user: UUID, role: str, now: datetime) -> None:
    await conn.execute(
        "UPDATE members SET role = $3, updated_at = $4 WHERE workspace_id = $1 AND user_id = $2",
        workspace,
        user,
        role,
        now,
    )


async def delete(conn: Connection, workspace: UUID, user: UUID) -> None:
    await conn.execute(
        "DELETE FROM members WHERE workspace_id = $1 AND user_id = $2", workspace, user
    )


async def count_owners(conn: Connection, workspace: UUID) -> int:
    count: int = await conn.fetchval(
        "SELECT count(*) FROM members WHERE workspace_id = $1 AND role = 'owner'", workspace
    )
    return count
