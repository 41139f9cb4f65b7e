"""All SQL about links."""

from datetime import datetime
from uuid import UUID

from qz_api.db import Connection, Row

COLUMNS = """id, workspace_id, mode, number, host, slug, name, status, destination_url, rules,
    starts_at, expires_at, max_scans, fallback_url, password_hash, utm, pass_query, tags, metadata,
    locked, scan_count, last_scan_at, version, route_version, created_by, created_at, updated_at,
    deleted_at"""


async def insert_link(
    conn: Connection,
    *,
    id: UUID,
    workspace: UUID,
    mode: str,
    slug: str,
    destination_url: str,
    created_by: str,
    now: datetime,
) -> Row | None:
    """None when the slug is somebody's already, or once was."""
    return await conn.fetchrow(
        f"""INSERT INTO links (id, workspace_id, mode, slug, destination_url, created_by,
                created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
            ON CONFLICT (host, slug) DO NOTHING RETURNING {COLUMNS}""",
        id,
        workspace,
        mode,
        slug,
        destination_url,
        created_by,
        now,
    )


async def lock_link(conn: Connection, workspace: UUID, mode: str, id: UUID) -> Row | None:
    return await conn.fetchrow(
        f"""SELECT {COLUMNS} FROM links
            WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND deleted_at IS NULL FOR UPDATE""",
        workspace,
        mode,
        id,
    )


async def set_destination(
    conn: Connection, workspace: UUID, id: UUID, destination_url: str, now: datetime
) -> Row:
    return await conn.fetchrow(
        f"""UPDATE links SET destination_url = $3, updated_at = $4, version = version + 1,
                route_version = nextval('route_versions')
            WHERE workspace_id = $1 AND id = $2 RETURNING {COLUMNS}""",
        workspace,
        id,
        destination_url,
        now,
    )


async def mark_deleted(conn: Connection, workspace: UUID, id: UUID, now: datetime) -> Row:
    return await conn.fetchrow(
        f"""UPDATE links SET status = 'deleted', deleted_at = $3, updated_at = $3,
                version = version + 1, route_version = nextval('route_versions')
            WHERE workspace_id = $1 AND id = $2 RETURNING {COLUMNS}""",
        workspace,
        id,
        now,
    )
