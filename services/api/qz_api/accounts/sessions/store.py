"""All SQL about sessions."""

from datetime import datetime, timedelta
from uuid import UUID

from qz_api.callers.plans import PLANS_JSON
from qz_api.connection import Connection, Row, fetch_one
from qz_api.http.paging import Place


async def admit(
    conn: Connection,
    token_hash: bytes,
    *,
    workspace: UUID | None,
    cost: int | None,
    now: datetime,
    idle: timedelta,
) -> Row:
    """Session, user, role, rate and monthly quota in one round trip."""
    return await fetch_one(
        conn,
        "SELECT * FROM qz_admit_session($1, $2, $3, $4::text::jsonb, $5, $6)",
        token_hash,
        workspace,
        cost,
        PLANS_JSON,
        now,
        idle,
    )


async def insert(
    conn: Connection,
    *,
    id: UUID,
    user: UUID,
    token_hash: bytes,
    chosen: UUID | None,
    user_agent: str,
    now: datetime,
    expires_at: datetime,
) -> None:
    await conn.execute(
        """INSERT INTO sessions (id, user_id, token_hash, chosen_workspace, user_agent,
               created_at, seen_at, expires_at)
           VALUES ($1, $2, $3, $4, $5, $6, $6, $7)""",
        id,
        user,
        token_hash,
        chosen,
        user_agent,
        now,
        expires_at,
    )


async def list_sessions(
    conn: Connection, user: UUID, now: datetime, idle: timedelta, after: Place | None, limit: int
) -> list[Row]:
    created_at, id = after or (None, None)
    rows: list[Row] = await conn.fetch(
        """SELECT id, user_agent, created_at, seen_at, expires_at FROM sessions
           WHERE user_id = $1 AND expires_at > $2 AND seen_at > $2 - $3::interval
             AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5::uuid))
           ORDER BY created_at DESC, id DESC LIMIT $6""",
        user,
        now,
        idle,
        created_at,
        id,
        limit,
    )
    return rows


async def choose(conn: Connection, user: UUID, id: UUID, workspace: UUID) -> None:
    await conn.execute(
        "UPDATE sessions SET chosen_workspace = $3 WHERE user_id = $1 AND id = $2",
        user,
        id,
        workspace,
    )


async def last_chosen(conn: Connection, user: UUID) -> UUID | None:
    chosen: UUID | None = await conn.fetchval(
        """SELECT chosen_workspace FROM sessions WHERE user_id = $1
           ORDER BY seen_at DESC LIMIT 1""",
        user,
    )
    return chosen


async def rotate(conn: Connection, user: UUID, id: UUID, token_hash: bytes) -> bool:
    """False when the session ended meanwhile."""
    rotated = await conn.fetchval(
        "UPDATE sessions SET token_hash = $3 WHERE user_id = $1 AND id = $2 RETURNING true",
        user,
        id,
        token_hash,
    )
    return rotated is not None


async def delete_by_token(conn: Connection, token_hash: bytes) -> None:
    await conn.execute("DELETE FROM sessions WHERE token_hash = $1", token_hash)


async def delete(conn: Connection, user: UUID, id: UUID) -> bool:
    deleted = await conn.fetchval(
        "DELETE FROM sessions WHERE user_id = $1 AND id = $2 RETURNING true", user, id
    )
    return deleted is not None


async def delete_all(conn: Connection, user: UUID, *, kept: UUID | None = None) -> int:
    """How many were ended."""
    status: str = await conn.execute(
        "DELETE FROM sessions WHERE user_id = $1 AND id IS DISTINCT FROM $2", user, kept
    )
    return int(status.split()[-1])


async def delete_ended(conn: Connection, now: datetime, rows: int) -> None:
    await conn.execute(
        """DELETE FROM sessions WHERE id IN (
               SELECT id FROM sessions WHERE expires_at <= $1 LIMIT $2)""",
        now,
        rows,
    )
