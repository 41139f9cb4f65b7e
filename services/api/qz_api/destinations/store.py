"""All SQL about destinations."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from qz_api.connection import Connection, Row, fetch_one
from qz_api.listing import Table, walks

COLUMNS = "id, mode, name, type, target, location, version, created_at, updated_at"
TABLE = Table("destinations", COLUMNS, walks(), text="name || ' ' || location")
LIVE = "workspace_id = $1 AND mode = $2 AND deleted_at IS NULL"


async def insert(
    conn: Connection,
    *,
    id: UUID,
    workspace: UUID,
    mode: str,
    name: str,
    target: Mapping[str, Any],
    location: str,
    created_by: str,
    now: datetime,
) -> Row:
    return await fetch_one(
        conn,
        f"""INSERT INTO destinations (id, workspace_id, mode, name, type, target, location,
                created_by, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) RETURNING {COLUMNS}""",
        id,
        workspace,
        mode,
        name,
        target["type"],
        target,
        location,
        created_by,
        now,
    )


async def get(conn: Connection, workspace: UUID, mode: str, id: UUID) -> Row | None:
    return await conn.fetchrow(
        f"SELECT {COLUMNS} FROM destinations WHERE {LIVE} AND id = $3", workspace, mode, id
    )


async def lock(conn: Connection, workspace: UUID, mode: str, id: UUID) -> Row | None:
    return await conn.fetchrow(
        f"SELECT {COLUMNS} FROM destinations WHERE {LIVE} AND id = $3 FOR UPDATE",
        workspace,
        mode,
        id,
    )


async def update(
    conn: Connection,
    *,
    workspace: UUID,
    id: UUID,
    name: str,
    target: Mapping[str, Any],
    location: str,
    now: datetime,
) -> Row:
    return await fetch_one(
        conn,
        f"""UPDATE destinations SET name = $3, type = $4, target = $5, location = $6,
                updated_at = $7, version = version + 1
            WHERE workspace_id = $1 AND id = $2 RETURNING {COLUMNS}""",
        workspace,
        id,
        name,
        target["type"],
        target,
        location,
        now,
    )


async def mark_deleted(conn: Connection, workspace: UUID, id: UUID, now: datetime) -> None:
    await conn.execute(
        """UPDATE destinations SET deleted_at = $3, updated_at = $3, version = version + 1
           WHERE workspace_id = $1 AND id = $2""",
        workspace,
        id,
        now,
    )


async def locations(
    conn: Connection, workspace: UUID, mode: str, ids: Collection[UUID]
) -> list[Row]:
    """Locked until the end of the transaction: none is deleted under a link that names it."""
    rows: list[Row] = await conn.fetch(
        f"""SELECT id, location FROM destinations WHERE {LIVE} AND id = ANY($3::uuid[])
            ORDER BY id FOR SHARE""",
        workspace,
        mode,
        list(ids),
    )
    return rows
