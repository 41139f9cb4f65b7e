"""All SQL about API keys."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from qz_api.callers.plans import PLANS_JSON
from qz_api.connection import Connection, Row, fetch_one
from qz_api.http.paging import Place

COLUMNS = """id, workspace_id, mode, name, public_id, last_characters, scopes, dialect, created_by,
    replaces, created_at, expires_at, revoked_at, last_used_at,
    CASE WHEN replaced_at IS NULL THEN expires_at ELSE granted_until END AS granted_until"""


async def admit_key(conn: Connection, public_id: str, secret_hash: bytes, cost: int) -> Row:
    """Authentication, rate and monthly quota in one round trip."""
    return await fetch_one(
        conn,
        "SELECT * FROM qz_admit_key($1, $2, $3, $4::text::jsonb)",
        public_id,
        secret_hash,
        cost,
        PLANS_JSON,
    )


async def insert_key(
    conn: Connection,
    *,
    id: UUID,
    workspace: UUID,
    mode: str,
    name: str,
    public_id: str,
    secret_hash: bytes,
    last_characters: str,
    scopes: Sequence[str],
    dialect: str,
    created_by: str,
    replaces: UUID | None,
    expires_at: datetime | None,
) -> Row:
    return await fetch_one(
        conn,
        f"""INSERT INTO api_keys (id, workspace_id, mode, name, public_id, secret_hash,
                last_characters, scopes, dialect, created_by, replaces, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            RETURNING {COLUMNS}""",
        id,
        workspace,
        mode,
        name,
        public_id,
        secret_hash,
        last_characters,
        scopes,
        dialect,
        created_by,
        replaces,
        expires_at,
    )


async def list_keys(
    conn: Connection,
    workspace: UUID,
    modes: Sequence[str],
    created_by: str | None,
    after: Place | None,
    limit: int,
) -> list[Row]:
    created_at, id = after or (None, None)
    rows: list[Row] = await conn.fetch(
        f"""SELECT {COLUMNS} FROM api_keys
            WHERE workspace_id = $1 AND mode = ANY($2::text[])
              AND ($3::text IS NULL OR created_by = $3)
              AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5::uuid))
            ORDER BY created_at DESC, id DESC LIMIT $6""",
        workspace,
        modes,
        created_by,
        created_at,
        id,
        limit,
    )
    return rows


async def count_keys(
    conn: Connection, workspace: UUID, modes: Sequence[str], created_by: str | None
) -> int:
    count: int = await conn.fetchval(
        """SELECT count(*) FROM api_keys WHERE workspace_id = $1 AND mode = ANY($2::text[])
             AND ($3::text IS NULL OR created_by = $3)""",
        workspace,
        modes,
        created_by,
    )
    return count


async def get_key(conn: Connection, workspace: UUID, modes: Sequence[str], id: UUID) -> Row | None:
    return await conn.fetchrow(
        f"""SELECT {COLUMNS} FROM api_keys
            WHERE workspace_id = $1 AND mode = ANY($2::text[]) AND id = $3""",
        workspace,
        modes,
        id,
    )


async def lock_key(conn: Connection, workspace: UUID, modes: Sequence[str], id: UUID) -> Row | None:
    return await conn.fetchrow(
        f"""SELECT {COLUMNS} FROM api_keys
            WHERE workspace_id = $1 AND mode = ANY($2::text[]) AND id = $3 FOR UPDATE""",
        workspace,
        modes,
        id,
    )


async def revoke_key(conn: Connection, workspace: UUID, id: UUID, now: datetime) -> Row:
    return await fetch_one(
        conn,
        f"""UPDATE api_keys SET revoked_at = coalesce(revoked_at, $3)
            WHERE workspace_id = $1 AND id = $2 RETURNING {COLUMNS}""",
        workspace,
        id,
        now,
    )


async def replace_key(
    conn: Connection, workspace: UUID, id: UUID, now: datetime, until: datetime
) -> Row:
    return await fetch_one(
        conn,
        f"""UPDATE api_keys SET expires_at = least(coalesce(expires_at, $4), $4),
                replaced_at = coalesce(replaced_at, $3),
                granted_until = CASE WHEN replaced_at IS NULL THEN expires_at
                                     ELSE granted_until END
            WHERE workspace_id = $1 AND id = $2 RETURNING {COLUMNS}""",
        workspace,
        id,
        now,
        until,
    )


async def usable_key(conn: Connection, workspace: UUID, public_id: str) -> Row | None:
    return await conn.fetchrow(
        """SELECT id, secret_hash FROM api_keys
           WHERE workspace_id = $1 AND public_id = $2 AND revoked_at IS NULL
             AND (expires_at IS NULL OR expires_at > now())""",
        workspace,
        public_id,
    )
