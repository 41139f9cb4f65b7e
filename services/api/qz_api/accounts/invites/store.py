"""All SQL about invites."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from qz_api.connection import Connection, Row, fetch_one
from qz_api.http.paging import Place

COLUMNS = """id, workspace_id, email, email_key, role, invited_by, created_at, expires_at,
    accepted_at, revoked_at"""


async def insert(
    conn: Connection,
    *,
    id: UUID,
    workspace: UUID,
    email: str,
    email_key: str,
    role: str,
    token_hash: bytes,
    invited_by: str,
    now: datetime,
    expires_at: datetime,
) -> Row | None:
    """None when an open invite has this e-mail already."""
    return await conn.fetchrow(
        f"""INSERT INTO invites (id, workspace_id, email, email_key, role, token_hash,
                invited_by, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (workspace_id, email_key)
                WHERE accepted_at IS NULL AND revoked_at IS NULL DO NOTHING
            RETURNING {COLUMNS}""",
        id,
        workspace,
        email,
        email_key,
        role,
        token_hash,
        invited_by,
        now,
        expires_at,
    )


async def list_open(
    conn: Connection, workspace: UUID, now: datetime, after: Place | None, limit: int
) -> list[Row]:
    created_at, id = after or (None, None)
    rows: list[Row] = await conn.fetch(
        f"""SELECT {COLUMNS} FROM invites
            WHERE workspace_id = $1 AND accepted_at IS NULL AND revoked_at IS NULL
              AND expires_at > $2
              AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4::uuid))
            ORDER BY created_at DESC, id DESC LIMIT $5""",
        workspace,
        now,
        created_at,
        id,
        limit,
    )
    return rows


async def count_open(conn: Connection, workspace: UUID, now: datetime) -> int:
    count: int = await conn.fetchval(
        """SELECT count(*) FROM invites
           WHERE workspace_id = $1 AND accepted_at IS NULL AND revoked_at IS NULL
             AND expires_at > $2""",
        workspace,
        now,
    )
    return count


async def lock_open(conn: Connection, workspace: UUID, id: UUID) -> Row | None:
    return await conn.fetchrow(
        f"""SELECT {COLUMNS} FROM invites
            WHERE workspace_id = $1 AND id = $2 AND accepted_at IS NULL AND revoked_at IS NULL
            FOR UPDATE""",
        workspace,
        id,
    )


async def workspace_of(conn: Connection, token_hash: bytes) -> UUID | None:
    """Shows the one invite that the presented token names, to whoever presents it."""
    await conn.execute("SELECT set_config('app.presented_invite', $1, true)", token_hash.hex())
    workspace: UUID | None = await conn.fetchval(
        "SELECT workspace_id FROM invites WHERE token_hash = $1", token_hash
    )
    return workspace


async def lock_by_token(conn: Connection, workspace: UUID, token_hash: bytes) -> Row:
    return await fetch_one(
        conn,
        f"""SELECT {COLUMNS} FROM invites
            WHERE workspace_id = $1 AND token_hash = $2 FOR UPDATE""",
        workspace,
        token_hash,
    )


async def mark_accepted(conn: Connection, workspace: UUID, id: UUID, now: datetime) -> None:
    await conn.execute(
        "UPDATE invites SET accepted_at = $3 WHERE workspace_id = $1 AND id = $2",
        workspace,
        id,
        now,
    )


async def revoke(conn: Connection, workspace: UUID, id: UUID, now: datetime) -> None:
    await conn.execute(
        "UPDATE invites SET revoked_at = $3 WHERE workspace_id = $1 AND id = $2",
        workspace,
        id,
        now,
    )


async def revoke_expired(conn: Connection, workspace: UUID, email_key: str, now: datetime) -> None:
    """Makes room for another invite of the same e-mail."""
    await conn.execute(
        """UPDATE invites SET revoked_at = $3
           WHERE workspace_id = $1 AND email_key = $2 AND expires_at <= $3
             AND accepted_at IS NULL AND revoked_at IS NULL""",
        workspace,
        email_key,
        now,
    )


async def revoke_of(
    conn: Connection, workspace: UUID, invited_by: str, kept_roles: Sequence[str], now: datetime
) -> list[Row]:
    """Open invites of somebody who may no longer give these roles."""
    rows: list[Row] = await conn.fetch(
        f"""UPDATE invites SET revoked_at = $4
            WHERE workspace_id = $1 AND invited_by = $2 AND role <> ALL ($3::text[])
              AND accepted_at IS NULL AND revoked_at IS NULL
            RETURNING {COLUMNS}""",
        workspace,
        invited_by,
        kept_roles,
        now,
    )
    return rows
