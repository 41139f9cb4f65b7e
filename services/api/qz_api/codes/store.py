"""All SQL about codes, each read with the link it prints."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from qz_api.db import Connection, Row
from qz_api.http.paging import Place

JOINED = """c.id, c.mode, c.type, c.name, c.content, c.format, c.size, c.version, c.created_at,
    c.updated_at, c.link_id, l.slug, l.status, l.destination_url, l.scan_count, l.last_scan_at,
    l.version AS link_version"""


async def insert_code(
    conn: Connection,
    *,
    id: UUID,
    workspace: UUID,
    mode: str,
    link: UUID,
    name: str,
    content: Mapping[str, Any],
    created_by: str,
    now: datetime,
) -> None:
    await conn.execute(
        """INSERT INTO codes (id, workspace_id, mode, link_id, type, name, content, created_by,
               created_at, updated_at)
           VALUES ($1, $2, $3, $4, 'dynamic', $5, $6, $7, $8, $8)""",
        id,
        workspace,
        mode,
        link,
        name,
        content,
        created_by,
        now,
    )


async def get_code(conn: Connection, workspace: UUID, mode: str, id: UUID) -> Row | None:
    return await conn.fetchrow(
        f"""SELECT {JOINED} FROM codes c LEFT JOIN links l ON l.id = c.link_id
            WHERE c.workspace_id = $1 AND c.mode = $2 AND c.id = $3 AND c.deleted_at IS NULL""",
        workspace,
        mode,
        id,
    )


async def list_codes(
    conn: Connection, workspace: UUID, mode: str, after: Place | None, limit: int
) -> list[Row]:
    created_at, id = after or (None, None)
    rows: list[Row] = await conn.fetch(
        f"""SELECT {JOINED} FROM codes c LEFT JOIN links l ON l.id = c.link_id
            WHERE c.workspace_id = $1 AND c.mode = $2 AND c.deleted_at IS NULL
              AND ($3::timestamptz IS NULL OR (c.created_at, c.id) < ($3, $4::uuid))
            ORDER BY c.created_at DESC, c.id DESC LIMIT $5""",
        workspace,
        mode,
        created_at,
        id,
        limit,
    )
    return rows


async def count_codes(conn: Connection, workspace: UUID, mode: str) -> int:
    count: int = await conn.fetchval(
        """SELECT count(*) FROM codes
           WHERE workspace_id = $1 AND mode = $2 AND deleted_at IS NULL""",
        workspace,
        mode,
    )
    return count


async def touch(conn: Connection, workspace: UUID, id: UUID, now: datetime) -> None:
    await conn.execute(
        """UPDATE codes SET updated_at = $3, version = version + 1
           WHERE workspace_id = $1 AND id = $2""",
        workspace,
        id,
        now,
    )


async def mark_deleted(conn: Connection, workspace: UUID, id: UUID, now: datetime) -> None:
    await conn.execute(
        """UPDATE codes SET deleted_at = $3, updated_at = $3, version = version + 1
           WHERE workspace_id = $1 AND id = $2""",
        workspace,
        id,
        now,
    )
