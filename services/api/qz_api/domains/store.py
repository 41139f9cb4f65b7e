"""All SQL about own short domains."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from qz_api.connection import Connection, Row, fetch_one
from qz_api.listing import Table, walks

COLUMNS = """id, workspace_id, mode, host, token, status, root_url, is_default, failure,
    failing_since, checked_at, verified_at, next_check_at, version, route_version, created_by,
    created_at, updated_at"""
TABLE = Table("domains", COLUMNS, walks("host"), text="host", live="TRUE")
OF_TENANT = "workspace_id = $1 AND mode = $2"
CHANGED = "version = version + 1, route_version = nextval('route_versions')"


async def insert(
    conn: Connection,
    *,
    id: UUID,
    workspace: UUID,
    mode: str,
    host: str,
    token: str,
    root_url: str,
    created_by: str,
    now: datetime,
) -> Row | None:
    """None when this workspace claims the host already."""
    return await conn.fetchrow(
        f"""INSERT INTO domains (id, workspace_id, mode, host, token, root_url, created_by,
                created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
            ON CONFLICT (workspace_id, mode, host) DO NOTHING RETURNING {COLUMNS}""",
        id,
        workspace,
        mode,
        host,
        token,
        root_url,
        created_by,
        now,
    )


async def get(conn: Connection, workspace: UUID, mode: str, id: UUID) -> Row | None:
    return await conn.fetchrow(
        f"SELECT {COLUMNS} FROM domains WHERE {OF_TENANT} AND id = $3", workspace, mode, id
    )


async def named(
    conn: Connection, workspace: UUID, mode: str, ids: Collection[UUID], hosts: Collection[str]
) -> list[Row]:
    """Locked until the end of the transaction: none is deleted under a link that stands on it."""
    return await conn.fetch(
        f"""SELECT id, host, status FROM domains
            WHERE {OF_TENANT} AND (id = ANY($3::uuid[]) OR host = ANY($4::text[]))
            ORDER BY id FOR SHARE""",
        workspace,
        mode,
        list(ids),
        list(hosts),
    )


async def lock(conn: Connection, workspace: UUID, mode: str, id: UUID) -> Row | None:
    return await conn.fetchrow(
        f"SELECT {COLUMNS} FROM domains WHERE {OF_TENANT} AND id = $3 FOR UPDATE",
        workspace,
        mode,
        id,
    )


async def claim_default(conn: Connection, workspace: UUID, mode: str) -> None:
    """Whoever makes a domain the default changes two of them: one command after the other."""
    await conn.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"domain {workspace} {mode}"
    )


async def no_default(conn: Connection, workspace: UUID, mode: str, now: datetime) -> None:
    await conn.execute(
        f"""UPDATE domains SET is_default = false, version = version + 1, updated_at = $3
            WHERE {OF_TENANT} AND is_default""",
        workspace,
        mode,
        now,
    )


async def update(
    conn: Connection, workspace: UUID, id: UUID, *, root_url: str, is_default: bool, now: datetime
) -> Row:
    return await fetch_one(
        conn,
        f"""UPDATE domains SET root_url = $3, is_default = $4, updated_at = $5, {CHANGED}
            WHERE workspace_id = $1 AND id = $2 RETURNING {COLUMNS}""",
        workspace,
        id,
        root_url,
        is_default,
        now,
    )


async def take_host(conn: Connection, workspace: UUID, id: UUID, tokens: list[str]) -> str:
    """`won`, `held` or `taken`."""
    verdict: str = await conn.fetchval(
        "SELECT qz_take_host($1, $2, $3::text[])", id, workspace, tokens
    )
    return verdict


async def mark_verified(
    conn: Connection, workspace: UUID, id: UUID, now: datetime, next_check: datetime
) -> Row:
    return await fetch_one(
        conn,
        f"""UPDATE domains SET status = 'verified', failure = '', failing_since = NULL,
                verified_at = CASE WHEN status = 'verified' THEN verified_at ELSE $3 END,
                checked_at = $3, next_check_at = $4, updated_at = $3, {CHANGED}
            WHERE workspace_id = $1 AND id = $2 RETURNING {COLUMNS}""",
        workspace,
        id,
        now,
        next_check,
    )


async def mark_failing(
    conn: Connection, workspace: UUID, id: UUID, failure: str, now: datetime
) -> Row:
    """A verified domain stays verified."""
    return await fetch_one(
        conn,
        f"""UPDATE domains SET failure = $3, checked_at = $4, version = version + 1,
                updated_at = $4, failing_since =
                CASE WHEN status = 'verified' THEN coalesce(failing_since, $4) END
            WHERE workspace_id = $1 AND id = $2 RETURNING {COLUMNS}""",
        workspace,
        id,
        failure,
        now,
    )


async def mark_sound(conn: Connection, id: UUID, now: datetime) -> None:
    """A daily look that found all well changes no version; strangers' codes are swept again."""
    await conn.execute(
        """WITH again AS (UPDATE verified_hosts SET swept_at = NULL WHERE domain_id = $1)
           UPDATE domains SET failure = '', failing_since = NULL, checked_at = $2
           WHERE id = $1 AND status = 'verified'""",
        id,
        now,
    )


async def lapse(conn: Connection, workspace: UUID, id: UUID, now: datetime) -> Row:
    await conn.execute(
        "DELETE FROM verified_hosts WHERE workspace_id = $1 AND domain_id = $2", workspace, id
    )
    return await fetch_one(
        conn,
        f"""UPDATE domains SET status = 'lapsed', is_default = false, next_check_at = NULL,
                updated_at = $3, {CHANGED}
            WHERE workspace_id = $1 AND id = $2 RETURNING {COLUMNS}""",
        workspace,
        id,
        now,
    )


async def delete(conn: Connection, workspace: UUID, id: UUID) -> None:
    await conn.execute("DELETE FROM domains WHERE workspace_id = $1 AND id = $2", workspace, id)


async def claim_due(conn: Connection, now: datetime, next_check: datetime, limit: int) -> list[Row]:
    """Of all workspaces; whoever claims them looks, and others leave them alone until then."""
    rows: list[Row] = await conn.fetch(
        f"""UPDATE domains SET next_check_at = $2 WHERE id IN (
                SELECT id FROM domains WHERE status = 'verified' AND next_check_at <= $1
                ORDER BY next_check_at LIMIT $3 FOR UPDATE SKIP LOCKED)
            RETURNING {COLUMNS}""",
        now,
        next_check,
        limit,
    )
    return rows


async def lock_verified(conn: Connection, id: UUID) -> Row | None:
    return await conn.fetchrow(
        f"SELECT {COLUMNS} FROM domains WHERE id = $1 AND status = 'verified' FOR UPDATE", id
    )


async def lock_unswept(conn: Connection) -> Row | None:
    return await conn.fetchrow(
        """SELECT host, workspace_id FROM verified_hosts WHERE swept_at IS NULL
           ORDER BY host LIMIT 1 FOR UPDATE SKIP LOCKED"""
    )


async def strangers_routes(conn: Connection, host: str, workspace: UUID) -> list[Row]:
    """What others still publish below a host that is this workspace's now."""
    rows: list[Row] = await conn.fetch(
        """SELECT key, workspace_id, value FROM routes
           WHERE key >= $1 AND key < $2 AND workspace_id <> $3 AND deleted_at IS NULL""",
        f"code:{host}/",
        f"code:{host}0",
        workspace,
    )
    return rows


async def mark_swept(conn: Connection, host: str, now: datetime) -> None:
    await conn.execute("UPDATE verified_hosts SET swept_at = $2 WHERE host = $1", host, now)
