"""All SQL about pictures."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from qz_api.connection import Connection, Row, fetch_one
from qz_api.listing import Table, walks
from qz_common.errors import FieldError

SHOWN = "id, mode, width, height, length(data) AS bytes, source_url, created_at"
TABLE = Table(
    "pictures", SHOWN, {"created_at": walks()["created_at"]}, text="source_url", live="TRUE"
)


async def insert(conn: Connection, picture: Mapping[str, Any]) -> Row:
    """The same picture twice is one row."""
    return await fetch_one(
        conn,
        f"""INSERT INTO pictures (id, workspace_id, mode, digest, width, height, data, source_url,
                created_by, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (workspace_id, mode, digest) DO UPDATE SET digest = excluded.digest
            RETURNING {SHOWN}""",
        *picture.values(),
    )


async def usage(conn: Connection, workspace: UUID) -> int:
    """Bytes of all pictures of a workspace."""
    total: int = await conn.fetchval(
        "SELECT coalesce(sum(length(data)), 0) FROM pictures WHERE workspace_id = $1", workspace
    )
    return total


async def get(conn: Connection, workspace: UUID, mode: str, id: UUID) -> Row | None:
    return await conn.fetchrow(
        f"SELECT {SHOWN} FROM pictures WHERE workspace_id = $1 AND mode = $2 AND id = $3",
        workspace,
        mode,
        id,
    )


async def lock(conn: Connection, workspace: UUID, mode: str, id: UUID) -> Row | None:
    """Behind everybody who is about to show it."""
    return await conn.fetchrow(
        f"""SELECT {SHOWN} FROM pictures
            WHERE workspace_id = $1 AND mode = $2 AND id = $3 FOR UPDATE""",
        workspace,
        mode,
        id,
    )


async def hold(conn: Connection, workspace: UUID, mode: str, ids: Collection[UUID]) -> set[UUID]:
    """Those that are there, and stay there until the transaction ends."""
    rows = await conn.fetch(
        """SELECT id FROM pictures WHERE workspace_id = $1 AND mode = $2 AND id = ANY($3)
           ORDER BY id FOR KEY SHARE""",
        workspace,
        mode,
        list(ids),
    )
    return {row["id"] for row in rows}


async def get_data(
    conn: Connection, workspace: UUID, mode: str, ids: Collection[UUID]
) -> list[Row]:
    rows: list[Row] = await conn.fetch(
        """SELECT id, data, width, height, digest FROM pictures
           WHERE workspace_id = $1 AND mode = $2 AND id = ANY($3)""",
        workspace,
        mode,
        list(ids),
    )
    return rows


async def without_small(
    conn: Connection, workspace: UUID, mode: str, ids: Collection[UUID]
) -> list[Row]:
    rows: list[Row] = await conn.fetch(
        """SELECT id, data FROM pictures
           WHERE workspace_id = $1 AND mode = $2 AND id = ANY($3) AND small IS NULL""",
        workspace,
        mode,
        list(ids),
    )
    return rows


async def put_small(
    conn: Connection, workspace: UUID, id: UUID, data: bytes, width: int, height: int
) -> None:
    await conn.execute(
        """UPDATE pictures SET small = $3, small_width = $4, small_height = $5
           WHERE workspace_id = $1 AND id = $2""",
        workspace,
        id,
        data,
        width,
        height,
    )


async def hold_small(
    conn: Connection, workspace: UUID, mode: str, ids: Collection[UUID]
) -> list[Row]:
    """Small copies that are there; their pictures stay until the transaction ends."""
    rows: list[Row] = await conn.fetch(
        """SELECT id, small, small_width, small_height FROM pictures
           WHERE workspace_id = $1 AND mode = $2 AND id = ANY($3) AND small IS NOT NULL
           ORDER BY id FOR KEY SHARE""",
        workspace,
        mode,
        list(ids),
    )
    return rows


async def is_used(conn: Connection, workspace: UUID, mode: str, id: str) -> bool:
    """By a style, a code (also one that can be restored) or a landing page of this workspace; a
    walk, as deleting a picture is rare."""
    used: bool = await conn.fetchval(
        """SELECT EXISTS (SELECT FROM styles WHERE workspace_id = $1 AND mode = $2
                          AND deleted_at IS NULL
                          AND $3 IN (style ->> 'logo_id', style ->> 'background_image_id'))
               OR EXISTS (SELECT FROM codes WHERE workspace_id = $1 AND mode = $2
                          AND $3 IN (style ->> 'logo_id', style ->> 'background_image_id'))
               OR EXISTS (SELECT FROM pages WHERE workspace_id = $1 AND mode = $2
                          AND kind = 'landing' AND deleted_at IS NULL
                          AND document @> jsonb_build_object('blocks', jsonb_build_array(
                              jsonb_build_object('picture_id', $3::text))))""",
        workspace,
        mode,
        id,
    )
    return used


async def delete(conn: Connection, workspace: UUID, mode: str, id: UUID) -> None:
    await conn.execute(
        "DELETE FROM pictures WHERE workspace_id = $1 AND mode = $2 AND id = $3",
        workspace,
        mode,
        id,
    )


async def sources(conn: Connection, workspace: UUID, mode: str, urls: Collection[str]) -> list[Row]:
    rows: list[Row] = await conn.fetch(
        """SELECT url, picture_id, code, failure, tried_at FROM picture_sources
           WHERE workspace_id = $1 AND mode = $2 AND url = ANY($3)""",
        workspace,
        mode,
        list(urls),
    )
    return rows


async def note_copy(
    conn: Connection, workspace: UUID, mode: str, url: str, picture: UUID, now: datetime
) -> None:
    await conn.execute(
        """INSERT INTO picture_sources (workspace_id, mode, url, picture_id, tried_at)
           VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (workspace_id, mode, url) DO UPDATE
           SET picture_id = excluded.picture_id, failure = '', tried_at = $5""",
        workspace,
        mode,
        url,
        picture,
        now,
    )


async def note_failure(
    conn: Connection, workspace: UUID, mode: str, url: str, error: FieldError, now: datetime
) -> None:
    """It does not take away the copy of an earlier attempt."""
    await conn.execute(
        """INSERT INTO picture_sources (workspace_id, mode, url, code, failure, tried_at)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (workspace_id, mode, url) DO UPDATE
           SET code = excluded.code, failure = excluded.failure, tried_at = $6""",
        workspace,
        mode,
        url,
        error.code,
        error.message,
        now,
    )
