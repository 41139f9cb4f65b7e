"""All SQL about links, for one row and for many by the same statements.

Rows travel as one JSON parameter, so a statement reads the same for one link and for 500.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import orjson

from qz_api.callers.principal import Principal
from qz_api.connection import Connection, Row
from qz_api.deferred import Deferred, defer
from qz_api.links.columns import BLANK, TARGET
from qz_api.transaction import Transaction

FIXED = (
    "id", "workspace_id", "mode", "host", "slug", "standalone", "dialect", "created_by",
    "created_at",
)  # fmt: skip
WRITTEN = (*BLANK, "updated_at")
COUNTED: Mapping[str, Any] = {
    "scan_count": 0,
    "total_count": 0,
    "first_scan_at": None,
    "last_scan_at": None,
    "version": 1,
}
"""Columns that nobody writes by hand, as they begin."""
COLUMNS = (*FIXED, *WRITTEN, *COUNTED, "route_version")
NAMES = ", ".join(COLUMNS)
OF_L = ", ".join(f"l.{name}" for name in COLUMNS)
NEW = ", ".join((*FIXED, *WRITTEN))
TARGET_JSON = "jsonb_build_object(" + ", ".join(f"'{name}', {name}" for name in TARGET) + ")"
CHANGES = ", ".join(f"{name} = r.{name}" for name in WRITTEN)

FIRST_VERSION = f"""
INSERT INTO link_versions (workspace_id, mode, link_id, number, state, target, effective_from,
    created_at, settled_at, actor_kind, actor_id, actor_name)
SELECT workspace_id, mode, id, 1, 'applied', {TARGET_JSON}, created_at, created_at, created_at"""
FIRST_RANK = """
INSERT INTO link_ranks (workspace_id, mode, link_id, scan_count)
SELECT workspace_id, mode, id, scan_count"""
INSERT = f"""
WITH made AS (
    INSERT INTO links ({NEW})
    SELECT {NEW} FROM jsonb_populate_recordset(NULL::links, $1::text::jsonb)
    ON CONFLICT (host, slug) DO NOTHING RETURNING {NAMES}),
versions AS ({FIRST_VERSION}, $2, $3, $4 FROM made),
ranks AS ({FIRST_RANK} FROM made)
SELECT {NAMES} FROM made"""
NEW_LINKS = Deferred(
    "links",
    types=("uuid", "text", "text", "text", "text"),
    statements=(
        f"""INSERT INTO links ({NEW}, route_version)
            SELECT {NEW}, route_version
            FROM {{rows}} AS given (link, row, actor_kind, actor_id, actor_name),
                jsonb_populate_record(NULL::links, given.row::jsonb)
            RETURNING id, workspace_id, mode, scan_count, created_at, {", ".join(TARGET)}""",
        f"""{FIRST_VERSION}, actor_kind, actor_id, actor_name FROM {{first}}
            JOIN {{rows}} AS given (link, row, actor_kind, actor_id, actor_name) ON link = id""",
        f"{FIRST_RANK} FROM {{first}}",
    ),
)
UPDATE = f"""
UPDATE links l SET {CHANGES}, version = l.version + 1, route_version = nextval('route_versions')
FROM jsonb_populate_recordset(NULL::links, $2::text::jsonb) r
WHERE l.workspace_id = $1 AND l.id = r.id RETURNING {OF_L}"""


def as_json(rows: Sequence[Mapping[str, Any]] | Mapping[str, Any]) -> str:
    """Rows as one parameter; ids come in two kinds, and only one of them is known to JSON."""
    return orjson.dumps(rows, default=str).decode()


async def defer_links(
    conn: Transaction, principal: Principal, rows: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """The rows as they will be read; they are written at the end, and then a slug that is taken
    refuses them all."""
    actor = (principal.kind, principal.id, principal.name)
    await defer(conn, NEW_LINKS, {row["id"]: (row["id"], as_json(row), *actor) for row in rows})
    return [{**row, **COUNTED} for row in rows]


async def insert_links(
    conn: Connection, principal: Principal, rows: Sequence[Mapping[str, Any]]
) -> list[Row]:
    """Without the rows whose slug is somebody's already, or once was. Writes version 1 of each."""
    made: list[Row] = await conn.fetch(
        INSERT, as_json(rows), principal.kind, principal.id, principal.name
    )
    return made


async def update_links(
    conn: Connection, workspace: UUID, rows: Sequence[Mapping[str, Any]]
) -> list[Row]:
    """Rows in full, as their locked selves with changes; each gets its next versions."""
    plain = [{name: row[name] for name in ("id", *WRITTEN)} for row in rows]
    changed: list[Row] = await conn.fetch(UPDATE, workspace, as_json(plain))
    return changed


async def get_link(conn: Connection, workspace: UUID, mode: str, id: UUID) -> Row | None:
    return await conn.fetchrow(
        f"""SELECT {NAMES} FROM links
            WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND deleted_at IS NULL""",
        workspace,
        mode,
        id,
    )


async def lock_links(
    conn: Connection,
    workspace: UUID,
    mode: str,
    ids: Collection[UUID],
    *,
    deleted: bool = False,
) -> list[Row]:
    """Live links of these (or deleted ones), locked in one order for everybody."""
    rows: list[Row] = await conn.fetch(
        f"""SELECT {NAMES} FROM links
            WHERE workspace_id = $1 AND mode = $2 AND id = ANY($3::uuid[])
              AND (deleted_at IS NOT NULL) = $4
            ORDER BY id FOR UPDATE""",
        workspace,
        mode,
        list(ids),
        deleted,
    )
    return rows


async def lock_by_slug(conn: Connection, host: str, slug: str) -> Row | None:
    """Whoever's it is: for operators, in a transaction that sees every workspace."""
    return await conn.fetchrow(
        f"SELECT {NAMES} FROM links WHERE host = $1 AND slug = $2 FOR UPDATE", host, slug
    )


async def surroundings(
    conn: Transaction, workspace: UUID, mode: str, among: Collection[str] | None, new: int = 0
) -> Row:
    """What a workspace admits, where its new links stand, which hosts lead back to us (all
    verified domains of anybody, or those among these), and versions for so many new links."""
    return await conn.ask(
        "SELECT * FROM qz_surroundings($1, $2, $3, $4)",
        workspace,
        mode,
        None if among is None else list(among),
        new,
    )


async def set_destinations(
    conn: Connection, workspace: UUID, used: Mapping[UUID, Collection[UUID]]
) -> None:
    """What each of these links uses now, in place of what it used."""
    await conn.execute(
        """DELETE FROM link_destinations WHERE workspace_id = $1 AND link_id = ANY($2::uuid[])""",
        workspace,
        list(used),
    )
    pairs = [(link, destination) for link, all in used.items() for destination in all]
    if pairs:
        links, destinations = zip(*pairs, strict=True)
        await conn.execute(
            """INSERT INTO link_destinations (workspace_id, link_id, destination_id)
               SELECT $1, * FROM unnest($2::uuid[], $3::uuid[])""",
            workspace,
            links,
            destinations,
        )


Used = Literal["destination", "campaign", "host", "page", "leaving"]
USERS: Mapping[Used, str] = {
    "destination": """id IN (SELECT link_id FROM link_destinations WHERE destination_id = $2)
        AND deleted_at IS NULL""",
    "campaign": "campaign_id = $2 AND deleted_at IS NULL",
    "host": "host = $2 AND deleted_at IS NULL",
    "page": "page_id = $2 AND deleted_at IS NULL",
    "leaving": """(campaign_id = $2 OR id IN (
        SELECT link_id FROM codes WHERE workspace_id = $1 AND campaign_id = $2))""",
}
"""How links that use something are found; `leaving` are all that a campaign that ends is named by,
themselves or in a code of theirs, deleted ones too."""


async def hold_users(conn: Connection, workspace: UUID, by: Used, value: UUID | str) -> None:
    """Waits for every link that uses this."""
    await conn.execute(
        f"""WITH held AS (SELECT id FROM links
                WHERE workspace_id = $1 AND {USERS[by]} ORDER BY id FOR UPDATE)
            SELECT count(*) FROM held""",
        workspace,
        value,
    )


async def take_users(conn: Connection, workspace: UUID, by: Used, value: UUID | str) -> bool:
    """Waits for none of them; false when somebody else is at one."""
    taken: bool = await conn.fetchval(
        f"""WITH users AS (SELECT id FROM links WHERE workspace_id = $1 AND {USERS[by]}),
                taken AS (SELECT id FROM links WHERE workspace_id = $1 AND {USERS[by]}
                    ORDER BY id FOR UPDATE SKIP LOCKED)
            SELECT (SELECT count(*) FROM users) = (SELECT count(*) FROM taken)""",
        workspace,
        value,
    )
    return taken


async def lock_users(conn: Connection, workspace: UUID, by: Used, value: UUID | str) -> list[Row]:
    rows: list[Row] = await conn.fetch(
        f"""SELECT {NAMES} FROM links WHERE workspace_id = $1 AND {USERS[by]}
            ORDER BY id FOR UPDATE""",
        workspace,
        value,
    )
    return rows


async def count_users(
    conn: Connection, workspace: UUID, by: Used, value: UUID | str, *, locked: bool = False
) -> int:
    """`locked`: only of those that are locked."""
    count: int = await conn.fetchval(
        f"""SELECT count(*) FROM links
            WHERE workspace_id = $1 AND {USERS[by]}
              AND (NOT $3 OR locked <> '{{}}')""",
        workspace,
        value,
        locked,
    )
    return count


async def leave_campaign(conn: Connection, workspace: UUID, campaign: UUID) -> None:
    """Of deleted links: no edge answers for these."""
    await conn.execute(
        """UPDATE links SET campaign_id = NULL, version = version + 1
           WHERE workspace_id = $1 AND campaign_id = $2 AND deleted_at IS NOT NULL""",
        workspace,
        campaign,
    )


async def forgotten(conn: Connection, before: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """Workspace and id of links that were deleted longer ago and still say something."""
    rows = await conn.fetch(
        """SELECT workspace_id, id FROM links WHERE deleted_at < $1 AND created_by <> ''
           ORDER BY deleted_at LIMIT $2 FOR UPDATE SKIP LOCKED""",
        before,
        limit,
    )
    return [(row["workspace_id"], row["id"]) for row in rows]


async def blank_link(conn: Connection, workspace: UUID, id: UUID) -> None:
    """Host and slug stay, so that nobody ever gets them again."""
    for table in ("link_versions", "link_destinations", "link_ranks"):
        await conn.execute(
            f"DELETE FROM {table} WHERE workspace_id = $1 AND link_id = $2", workspace, id
        )
    await conn.execute(
        """UPDATE links SET name = '', destination_url = '', destination_id = NULL, page_id = NULL,
               content = NULL, rules = '[]', fallback_url = '', password_hash = '', utm = '{}',
               app = '{}', campaign_id = NULL, code_id = NULL, tags = '{}', metadata = '{}',
               blocked_reason = '', created_by = ''
           WHERE workspace_id = $1 AND id = $2""",
        workspace,
        id,
    )


async def id_at(conn: Connection, principal: Principal, host: str, slug: str) -> UUID | None:
    id: UUID | None = await conn.fetchval(
        """SELECT id FROM links
           WHERE workspace_id = $1 AND mode = $2 AND host = $3 AND slug = $4""",
        principal.workspace,
        principal.mode,
        host,
        slug,
    )
    return id


async def few_indexed(
    conn: Connection, principal: Principal, function: str, wanted: str, most: int
) -> list[UUID] | None:
    """All hits of an index, when they are few; None when they are many, or nobody knows."""
    ids: list[UUID] | None = await conn.fetchval(
        f"SELECT {function}($1, $2, $3, $4)", principal.workspace, principal.mode, wanted, most + 1
    )
    return ids if ids is not None and len(ids) <= most else None


async def few_where(
    conn: Connection, where: str, values: Sequence[Any], most: int
) -> list[UUID] | None:
    """Links `l` that clauses of a list hit, when they are few."""
    rows = await conn.fetch(f"SELECT l.id FROM links l WHERE {where} LIMIT {most + 1}", *values)
    return [row["id"] for row in rows] if len(rows) <= most else None
