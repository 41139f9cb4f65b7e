"""All SQL about pictures of landing pages."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from qz_api.db import Connection, Row
from qz_api.http.paging import Place

COLUMNS = "id, mode, media_type, width, height, length(body) AS bytes, created_at"


async def put(
    conn: Connection,
    *,
    id: UUID,
    workspace: UUID,
    mode: str,
    digest: bytes,
    media_type: str,
    width: int,
    height: int,
    body: bytes,
    created_by: str,
    now: datetime,
) -> Row:
    """The same picture twice is one row."""
    return await conn.fetchrow(
        f"""INSERT INTO page_images (id, workspace_id, mode, digest, media_type, width, height,
                body, created_by, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (workspace_id, mode, digest) DO UPDATE SET width = excluded.width
            RETURNING {COLUMNS}""",
        id,
        workspace,
        mode,
        digest,
        media_type,
        width,
        height,
        body,
        created_by,
        now,
    )


async def get_all(conn: Connection, workspace: UUID, mode: str, ids: Collection[UUID]) -> list[Row]:
    rows: list[Row] = await conn.fetch(
        """SELECT id, media_type, width, height, body FROM page_images
           WHERE workspace_id = $1 AND mode = $2 AND id = ANY($3::uuid[])""",
        workspace,
        mode,
        list(ids),
    )
    return rows


async def list_images(
    conn: Connection, workspace: UUID, mode: str, after: Place | None, limit: int
) -> list[Row]:
    created_at, id = after or (None, None)
    rows: list[Row] = await conn.fetch(
        f"""SELECT {COLUMNS} FROM page_images WHERE workspace_id = $1 AND mode = $2
              AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4::uuid))
            ORDER BY created_at DESC, id DESC LIMIT $5""",
        workspace,
        mode,
        created_at,
        id,
        limit,
    )
    return rows


async def count_images(conn: Connection, workspace: UUID, mode: str) -> int:
    count: int = await conn.fetchval(
        "SELECT count(*) FROM page_images WHERE workspace_id = $1 AND mode = $2", workspace, mode
    )
    return count


async def lock_image(conn: Connection, workspace: UUID, mode: str, id: UUID) -> Row | None:
    return await conn.fetchrow(
        f"""SELECT {COLUMNS} FROM page_images
            WHERE workspace_id = $1 AND mode = $2 AND id = $3 FOR UPDATE""",
        workspace,
        mode,
        id,
    )


async def pages_showing(conn: Connection, workspace: UUID, mode: str, image_id: str) -> list[UUID]:
    rows = await conn.fetch(
        """SELECT id FROM pages WHERE workspace_id = $1 AND mode = $2 AND kind = 'landing'
             AND deleted_at IS NULL
             AND document->'blocks' @> jsonb_build_array(jsonb_build_object('image_id', $3::text))
           ORDER BY created_at DESC, id DESC LIMIT 20""",
        workspace,
        mode,
        image_id,
    )
    return [row["id"] for row in rows]


async def delete(conn: Connection, workspace: UUID, id: UUID) -> None:
    await conn.execute("DELETE FROM page_images WHERE workspace_id = $1 AND id = $2", workspace, id)
