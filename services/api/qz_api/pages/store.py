"""All SQL about pages."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from qz_api.connection import Connection, Row, fetch_one
from qz_api.listing import Table, walks

COLUMNS = """id, workspace_id, mode, kind, link_id, slug, document, published, compiler, version,
    route_version, created_by, created_at, updated_at, deleted_at"""
TABLE = Table(
    "pages",
    COLUMNS,
    walks("(document->>'title')"),
    text="coalesce(slug, '') || ' ' || (document->>'title')",
    live="kind = 'landing' AND deleted_at IS NULL",
)
LANDING = "workspace_id = $1 AND mode = $2 AND kind = 'landing' AND deleted_at IS NULL"


async def put_content(
    conn: Connection,
    *,
    id: UUID,
    workspace: UUID,
    mode: str,
    link: UUID,
    document: Mapping[str, Any],
    compiler: int,
    created_by: str,
) -> Row:
    """The one page of a link, made or written over."""
    return await fetch_one(
        conn,
        f"""INSERT INTO pages AS p (id, workspace_id, mode, kind, link_id, document, compiler,
                created_by, created_at, updated_at)
            VALUES ($1, $2, $3, 'content', $4, $5, $6, $7, now(), now())
            ON CONFLICT (link_id) DO UPDATE SET document = excluded.document,
                compiler = excluded.compiler, updated_at = now(),
                version = p.version + 1, route_version = nextval('route_versions')
            RETURNING {COLUMNS}""",
        id,
        workspace,
        mode,
        link,
        document,
        compiler,
        created_by,
    )


async def delete_content(conn: Connection, workspace: UUID, link: UUID) -> Row | None:
    return await conn.fetchrow(
        f"DELETE FROM pages WHERE workspace_id = $1 AND link_id = $2 RETURNING {COLUMNS}",
        workspace,
        link,
    )


async def insert_landing(
    conn: Connection,
    *,
    id: UUID,
    workspace: UUID,
    mode: str,
    slug: str | None,
    document: Mapping[str, Any],
    published: bool,
    compiler: int,
    created_by: str,
    now: datetime,
) -> Row | None:
    """None when the slug is taken."""
    return await conn.fetchrow(
        f"""INSERT INTO pages (id, workspace_id, mode, kind, slug, document, published, compiler,
                created_by, created_at, updated_at)
            VALUES ($1, $2, $3, 'landing', $4, $5, $6, $7, $8, $9, $9)
            ON CONFLICT (workspace_id, mode, slug) WHERE deleted_at IS NULL DO NOTHING
            RETURNING {COLUMNS}""",
        id,
        workspace,
        mode,
        slug,
        document,
        published,
        compiler,
        created_by,
        now,
    )


async def get_landing(conn: Connection, workspace: UUID, mode: str, id: UUID) -> Row | None:
    return await conn.fetchrow(
        f"SELECT {COLUMNS} FROM pages WHERE {LANDING} AND id = $3", workspace, mode, id
    )


async def lock_landing(conn: Connection, workspace: UUID, mode: str, id: UUID) -> Row | None:
    return await conn.fetchrow(
        f"SELECT {COLUMNS} FROM pages WHERE {LANDING} AND id = $3 FOR UPDATE", workspace, mode, id
    )


async def existing(
    conn: Connection, workspace: UUID, mode: str, ids: Collection[UUID]
) -> list[UUID]:
    """Locked until the end of the transaction: none is deleted under a link that shows it."""
    rows = await conn.fetch(
        f"""SELECT id FROM pages WHERE {LANDING} AND id = ANY($3::uuid[])
            ORDER BY id FOR SHARE""",
        workspace,
        mode,
        list(ids),
    )
    return [row["id"] for row in rows]


async def claim_slug(conn: Connection, workspace: UUID, mode: str, slug: str, id: UUID) -> bool:
    """False when another page has it; until the end of the transaction nobody else gets it."""
    await conn.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"page {workspace} {mode} {slug}"
    )
    taken: bool = await conn.fetchval(
        """SELECT EXISTS (SELECT FROM pages WHERE workspace_id = $1 AND mode = $2 AND slug = $3
                          AND deleted_at IS NULL AND id <> $4)""",
        workspace,
        mode,
        slug,
        id,
    )
    return not taken


async def update_landing(
    conn: Connection,
    *,
    workspace: UUID,
    id: UUID,
    slug: str | None,
    document: Mapping[str, Any],
    published: bool,
    compiler: int,
    now: datetime,
) -> Row:
    return await fetch_one(
        conn,
        f"""UPDATE pages SET slug = $3, document = $4, published = $5, compiler = $6,
                updated_at = $7, version = version + 1, route_version = nextval('route_versions')
            WHERE workspace_id = $1 AND id = $2 RETURNING {COLUMNS}""",
        workspace,
        id,
        slug,
        document,
        published,
        compiler,
        now,
    )


async def mark_deleted(conn: Connection, workspace: UUID, id: UUID, now: datetime) -> Row:
    return await fetch_one(
        conn,
        f"""UPDATE pages SET deleted_at = $3, updated_at = $3, version = version + 1,
                route_version = nextval('route_versions')
            WHERE workspace_id = $1 AND id = $2 RETURNING {COLUMNS}""",
        workspace,
        id,
        now,
    )


async def links_showing(conn: Connection, workspace: UUID, id: UUID, limit: int) -> list[Row]:
    rows: list[Row] = await conn.fetch(
        """SELECT id, host, slug FROM links
           WHERE workspace_id = $1 AND page_id = $2 AND deleted_at IS NULL
           ORDER BY created_at DESC, id DESC LIMIT $3""",
        workspace,
        id,
        limit,
    )
    return rows


async def lock_outdated(conn: Connection, compiler: int, limit: int) -> list[Row]:
    """Of all workspaces: pages that an older release compiled and nobody else is at."""
    rows: list[Row] = await conn.fetch(
        f"""SELECT {COLUMNS} FROM pages WHERE compiler < $1 AND deleted_at IS NULL
            ORDER BY compiler, id LIMIT $2 FOR UPDATE SKIP LOCKED""",
        compiler,
        limit,
    )
    return rows


async def mark_compiled(conn: Connection, id: UUID, compiler: int) -> Row:
    return await fetch_one(
        conn,
        f"""UPDATE pages SET compiler = $2, route_version = nextval('route_versions')
            WHERE id = $1 RETURNING {COLUMNS}""",
        id,
        compiler,
    )
