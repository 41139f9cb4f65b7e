"""All SQL about styles."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from qz_api.connection import Connection, Row, fetch_one
from qz_api.listing import Table, walks

COLUMNS = "id, mode, name, style, version, created_at, updated_at"
TABLE = Table("styles", COLUMNS, walks())


async def insert(
    conn: Connection,
    *,
    id: UUID,
    workspace: UUID,
    mode: str,
    name: str,
    style: Mapping[str, Any],
    created_by: str,
    now: datetime,
) -> Row:
    return await fetch_one(
        conn,
        f"""INSERT INTO styles (id, workspace_id, mode, name, style, created_by, created_at,
                updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $7) RETURNING {COLUMNS}""",
        id,
        workspace,
        mode,
        name,
        style,
        created_by,
        now,
    )


async def get(
    conn: Connection, workspace: UUID, mode: str, id: UUID, *, lock: bool = False
) -> Row | None:
    return await conn.fetchrow(
        f"""SELECT {COLUMNS} FROM styles
            WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND deleted_at IS NULL
            {"FOR UPDATE" if lock else ""}""",
        workspace,
        mode,
        id,
    )


async def get_all(conn: Connection, workspace: UUID, mode: str, ids: Collection[UUID]) -> list[Row]:
    rows: list[Row] = await conn.fetch(
        """SELECT id, style FROM styles
           WHERE workspace_id = $1 AND mode = $2 AND id = ANY($3) AND deleted_at IS NULL""",
        workspace,
        mode,
        list(ids),
    )
    return rows


async def update(
    conn: Connection,
    workspace: UUID,
    id: UUID,
    *,
    name: str,
    style: Mapping[str, Any],
    now: datetime,
) -> Row:
    return await fetch_one(
        conn,
        f"""UPDATE styles SET name = $3, style = $4, updated_at = $5, version = version + 1
            WHERE workspace_id = $1 AND id = $2 RETURNING {COLUMNS}""",
        workspace,
        id,
        name,
        style,
        now,
    )


async def mark_deleted(conn: Connection, workspace: UUID, id: UUID, now: datetime) -> None:
    await conn.execute(
        """UPDATE styles SET deleted_at = $3, updated_at = $3, version = version + 1
           WHERE workspace_id = $1 AND id = $2""",
        workspace,
        id,
        now,
    )
