"""All SQL about campaigns."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from qz_api.connection import Connection, Row, fetch_one
from qz_api.listing import Table, walks

COLUMNS = """id, mode, name, description, status, utm, starts_at, ends_at, version, created_at,
    updated_at"""
TABLE = Table("campaigns", COLUMNS, walks(), text="name || ' ' || description")
LIVE = "workspace_id = $1 AND mode = $2 AND deleted_at IS NULL"


async def insert(
    conn: Connection,
    *,
    id: UUID,
    workspace: UUID,
    mode: str,
    fields: Mapping[str, Any],
    created_by: str,
    now: datetime,
) -> Row:
    return await fetch_one(
        conn,
        f"""INSERT INTO campaigns (id, workspace_id, mode, name, description, utm, starts_at,
                ends_at, created_by, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) RETURNING {COLUMNS}""",
        id,
        workspace,
        mode,
        fields["name"],
        fields["description"],
        fields["utm"],
        fields["starts_at"],
        fields["ends_at"],
        created_by,
        now,
    )


async def get(conn: Connection, workspace: UUID, mode: str, id: UUID) -> Row | None:
    return await conn.fetchrow(
        f"SELECT {COLUMNS} FROM campaigns WHERE {LIVE} AND id = $3", workspace, mode, id
    )


async def lock(conn: Connection, workspace: UUID, mode: str, id: UUID) -> Row | None:
    return await conn.fetchrow(
        f"SELECT {COLUMNS} FROM campaigns WHERE {LIVE} AND id = $3 FOR UPDATE", workspace, mode, id
    )


async def update(
    conn: Connection, *, workspace: UUID, id: UUID, fields: Mapping[str, Any], now: datetime
) -> Row:
    return await fetch_one(
        conn,
        f"""UPDATE campaigns SET name = $3, description = $4, status = $5, utm = $6,
                starts_at = $7, ends_at = $8, updated_at = $9, version = version + 1
            WHERE workspace_id = $1 AND id = $2 RETURNING {COLUMNS}""",
        workspace,
        id,
        fields["name"],
        fields["description"],
        fields["status"],
        fields["utm"],
        fields["starts_at"],
        fields["ends_at"],
        now,
    )


async def mark_deleted(conn: Connection, workspace: UUID, id: UUID, now: datetime) -> None:
    await conn.execute(
        """UPDATE campaigns SET deleted_at = $3, updated_at = $3, version = version + 1
           WHERE workspace_id = $1 AND id = $2""",
        workspace,
        id,
        now,
    )


async def utm_of(conn: Connection, workspace: UUID, mode: str, ids: Collection[UUID]) -> list[Row]:
    """Locked until the end of the transaction: none is deleted under a link that names it."""
    rows: list[Row] = await conn.fetch(
        f"""SELECT id, utm FROM campaigns WHERE {LIVE} AND id = ANY($3::uuid[])
            ORDER BY id FOR SHARE""",
        workspace,
        mode,
        list(ids),
    )
    return rows
