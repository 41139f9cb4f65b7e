"""All SQL about codes, each read with the link it prints."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from qz_api.callers.principal import Principal
from qz_api.connection import Connection, Row
from qz_api.deferred import Deferred, defer
from qz_api.http.paging import Place
from qz_api.links import store as links
from qz_api.transaction import Transaction

FIXED = (
    "id", "workspace_id", "mode", "link_id", "type", "printed_url", "dialect", "created_by",
    "created_at",
)  # fmt: skip
WRITTEN = (
    "name", "status", "content", "content_kind", "style", "style_id", "format", "size",
    "campaign_id", "tags", "metadata", "deleted_at", "updated_at",
)  # fmt: skip
COLUMNS = (*FIXED, *WRITTEN, "download_count", "version")
NAMES = ", ".join(COLUMNS)
NEW = ", ".join((*FIXED, *WRITTEN))
CHANGES = ", ".join(f"{name} = r.{name}" for name in WRITTEN)
LINK = "link_"
JOINED = ", ".join(
    (*(f"c.{name}" for name in COLUMNS), *(f"l.{name} AS {LINK}{name}" for name in links.COLUMNS))
)
"""A code and its link in one row; `link_id` is the code's own and the link's."""
FROM = "codes c LEFT JOIN links l ON l.id = c.link_id"


INSERT = Deferred(
    "codes",
    types=("text",),
    statements=(
        f"""INSERT INTO codes ({NEW})
            SELECT {NEW} FROM {{rows}} AS given (row),
                jsonb_populate_record(NULL::codes, given.row::jsonb)""",
    ),
)


async def insert_codes(
    conn: Transaction, rows: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """The rows as they will be read; they are written at the end."""
    whole = [{name: row[name] for name in (*FIXED, *WRITTEN)} for row in rows]
    await defer(conn, INSERT, {row["id"]: (links.as_json(row),) for row in whole})
    return [{**row, "download_count": 0, "version": 1} for row in whole]


async def update_codes(
    conn: Connection, workspace: UUID, rows: Sequence[Mapping[str, Any]]
) -> list[Row]:
    """Rows in full, as their locked selves with changes."""
    plain = [{name: row[name] for name in ("id", *WRITTEN)} for row in rows]
    changed: list[Row] = await conn.fetch(
        f"""UPDATE codes c SET {CHANGES}, version = c.version + 1
            FROM jsonb_populate_recordset(NULL::codes, $2::text::jsonb) r
            WHERE c.workspace_id = $1 AND c.id = r.id
            RETURNING {", ".join(f"c.{name}" for name in COLUMNS)}""",
        workspace,
        links.as_json(plain),
    )
    return changed


async def get_code(conn: Connection, workspace: UUID, mode: str, id: UUID) -> Row | None:
    return await conn.fetchrow(
        f"""SELECT {JOINED} FROM {FROM}
            WHERE c.workspace_id = $1 AND c.mode = $2 AND c.id = $3 AND c.deleted_at IS NULL""",
        workspace,
        mode,
        id,
    )


async def get_codes(
    conn: Connection, workspace: UUID, mode: str, ids: Collection[UUID]
) -> list[Row]:
    rows: list[Row] = await conn.fetch(
        f"""SELECT {JOINED} FROM {FROM}
            WHERE c.workspace_id = $1 AND c.mode = $2 AND c.id = ANY($3::uuid[])
              AND c.deleted_at IS NULL""",
        workspace,
        mode,
        list(ids),
    )
    return rows


async def links_of(
    conn: Connection, workspace: UUID, mode: str, ids: Collection[UUID]
) -> dict[UUID, UUID | None]:
    """The link of each of these live codes; it never changes, so it may be read before locking."""
    rows = await conn.fetch(
        """SELECT id, link_id FROM codes WHERE workspace_id = $1 AND mode = $2
             AND id = ANY($3::uuid[]) AND deleted_at IS NULL""",
        workspace,
        mode,
        list(ids),
    )
    return {row["id"]: row["link_id"] for row in rows}


async def lock_codes(
    conn: Connection, workspace: UUID, mode: str, ids: Collection[UUID], *, deleted: bool = False
) -> list[Row]:
    """Behind the locks of their links, in one order for everybody."""
    rows: list[Row] = await conn.fetch(
        f"""SELECT {NAMES} FROM codes
            WHERE workspace_id = $1 AND mode = $2 AND id = ANY($3::uuid[])
              AND (deleted_at IS NOT NULL) = $4
            ORDER BY id FOR UPDATE""",
        workspace,
        mode,
        list(ids),
        deleted,
    )
    return rows


async def link_of(conn: Connection, workspace: UUID, mode: str, id: UUID) -> UUID | None:
    """Also of a code that is live: it may be deleted before its lock is had."""
    link: UUID | None = await conn.fetchval(
        "SELECT link_id FROM codes WHERE workspace_id = $1 AND mode = $2 AND id = $3",
        workspace,
        mode,
        id,
    )
    return link


async def page_of_link(
    conn: Connection, workspace: UUID, link: UUID, after: Place | None, limit: int
) -> list[Row]:
    created_at, id = after or (None, None)
    rows: list[Row] = await conn.fetch(
        f"""SELECT {JOINED} FROM {FROM}
            WHERE c.workspace_id = $1 AND c.link_id = $2 AND c.deleted_at IS NULL
              AND ($3::timestamptz IS NULL OR (c.created_at, c.id) < ($3, $4::uuid))
            ORDER BY c.created_at DESC, c.id DESC LIMIT $5""",
        workspace,
        link,
        created_at,
        id,
        limit,
    )
    return rows


async def count_of_link(conn: Connection, workspace: UUID, link: UUID) -> int:
    count: int = await conn.fetchval(
        """SELECT count(*) FROM codes
           WHERE workspace_id = $1 AND link_id = $2 AND deleted_at IS NULL""",
        workspace,
        link,
    )
    return count


async def few_static(
    conn: Connection, principal: Principal, status: str, most: int
) -> list[UUID] | None:
    """Static codes of a status other than active, when they are few."""
    rows = await conn.fetch(
        """SELECT id FROM codes WHERE workspace_id = $1 AND mode = $2 AND status = $3
             AND status <> 'active' LIMIT $4""",
        principal.workspace,
        principal.mode,
        status,
        most + 1,
    )
    return [row["id"] for row in rows] if len(rows) <= most else None


async def touch(
    conn: Connection, workspace: UUID, links: Collection[UUID], now: datetime | None
) -> None:
    """A code shows its link, so it changes with it."""
    await conn.execute(
        """WITH held AS (
               SELECT id FROM codes
               WHERE workspace_id = $1 AND link_id = ANY($2::uuid[]) AND deleted_at IS NULL
               ORDER BY id FOR UPDATE)
           UPDATE codes c SET version = c.version + 1, content_kind = l.kind,
               updated_at = coalesce($3, c.updated_at)
           FROM held, links l WHERE c.id = held.id AND l.id = c.link_id""",
        workspace,
        list(links),
        now,
    )


async def single_codes(
    conn: Connection, workspace: UUID, links: Collection[UUID]
) -> dict[UUID, tuple[int, UUID]]:
    """By link: how many live codes print it, and one of them."""
    rows = await conn.fetch(
        """SELECT link_id, count(*) AS codes, min(id::text)::uuid AS one FROM codes
           WHERE workspace_id = $1 AND link_id = ANY($2::uuid[]) AND deleted_at IS NULL
           GROUP BY link_id""",
        workspace,
        list(links),
    )
    return {row["link_id"]: (row["codes"], row["one"]) for row in rows}


async def hold_in_campaign(conn: Connection, workspace: UUID, campaign: UUID) -> None:
    """Behind the locks of their links, where they have one."""
    await conn.execute(
        """WITH held AS (SELECT id FROM codes WHERE workspace_id = $1 AND campaign_id = $2
                         ORDER BY id FOR UPDATE)
           SELECT count(*) FROM held""",
        workspace,
        campaign,
    )


async def take_in_campaign(conn: Connection, workspace: UUID, campaign: UUID) -> bool:
    """Waits for none of them; false when somebody else is at one."""
    taken: bool = await conn.fetchval(
        """WITH named AS (SELECT id FROM codes WHERE workspace_id = $1 AND campaign_id = $2),
               taken AS (SELECT id FROM codes WHERE workspace_id = $1 AND campaign_id = $2
                         ORDER BY id FOR UPDATE SKIP LOCKED)
           SELECT (SELECT count(*) FROM named) = (SELECT count(*) FROM taken)""",
        workspace,
        campaign,
    )
    return taken


async def delete_of_link(conn: Connection, workspace: UUID, link: UUID, now: datetime) -> None:
    await conn.execute(
        """WITH held AS (
               SELECT id FROM codes
               WHERE workspace_id = $1 AND link_id = $2 AND deleted_at IS NULL
               ORDER BY id FOR UPDATE)
           UPDATE codes c SET deleted_at = $3, updated_at = $3, version = version + 1
           FROM held WHERE c.id = held.id""",
        workspace,
        link,
        now,
    )


async def restore_of_link(
    conn: Connection, workspace: UUID, link: UUID, deleted_at: datetime, now: datetime
) -> None:
    """Those that went with it, not those that were deleted before."""
    await conn.execute(
        """WITH held AS (
               SELECT id FROM codes WHERE workspace_id = $1 AND link_id = $2 AND deleted_at = $3
               ORDER BY id FOR UPDATE)
           UPDATE codes c SET deleted_at = NULL, updated_at = $4, version = version + 1
           FROM held WHERE c.id = held.id""",
        workspace,
        link,
        deleted_at,
        now,
    )


async def leave_campaign(conn: Connection, workspace: UUID, campaign: UUID) -> None:
    await conn.execute(
        """UPDATE codes SET campaign_id = NULL, version = version + 1
           WHERE workspace_id = $1 AND campaign_id = $2""",
        workspace,
        campaign,
    )


async def forget(conn: Connection, before: datetime, limit: int) -> int:
    """Codes that were deleted longer ago than they can come back, of all workspaces."""
    status = await conn.execute(
        """DELETE FROM codes WHERE id IN (
               SELECT id FROM codes WHERE deleted_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)""",
        before,
        limit,
    )
    return int(status.split()[-1])
