"""All SQL about the audit log: rows are added and read, nothing else."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from qz_api.connection import Connection, Row
from qz_api.deferred import Deferred, defer
from qz_api.http.paging import Place
from qz_api.transaction import Transaction

FILTER = """workspace_id = $1 AND mode = $2
    AND ($3::text IS NULL OR action = $3 OR starts_with(action, $3 || '.'))
    AND ($4::text IS NULL OR object_id = $4) AND ($5::text IS NULL OR actor_id = $5)
    AND ($6::timestamptz IS NULL OR at >= $6) AND ($7::timestamptz IS NULL OR at < $7)"""
Entry = tuple[UUID, str, Any, Any]
"""Row id, object id, before, after."""


class Sought(NamedTuple):
    """In the order of FILTER, behind workspace and mode."""

    action: str | None
    object_id: str | None
    actor: str | None
    since: datetime | None
    until: datetime | None


INSERT = Deferred(
    "audit",
    types=(
        "uuid",
        "text",
        "text",
        "text",
        "text",
        "text",
        "text",
        "uuid",
        "text",
        "jsonb",
        "jsonb",
    ),
    statements=(
        """INSERT INTO audit_log (workspace_id, mode, actor_kind, actor_id, actor_name, action,
               request_id, id, object_id, before, after)
           SELECT * FROM {rows} AS given""",
    ),
)


async def insert(
    conn: Transaction,
    *,
    workspace: UUID,
    mode: str,
    actor: tuple[str, str, str],
    action: str,
    request_id: str,
    entries: Sequence[Entry],
) -> None:
    fixed = (workspace, mode, *actor, action, request_id)
    await defer(conn, INSERT, {entry[0]: (*fixed, *entry) for entry in entries})


async def list_entries(
    conn: Connection, workspace: UUID, mode: str, sought: Sought, after: Place | None, limit: int
) -> list[Row]:
    at, id = after or (None, None)
    rows: list[Row] = await conn.fetch(
        f"""SELECT id, at, actor_kind, actor_id, actor_name, action, object_id, request_id,
                before, after
            FROM audit_log
            WHERE {FILTER} AND ($8::timestamptz IS NULL OR (at, id) < ($8, $9::uuid))
            ORDER BY at DESC, id DESC LIMIT $10""",
        workspace,
        mode,
        *sought,
        at,
        id,
        limit,
    )
    return rows


async def count_entries(conn: Connection, workspace: UUID, mode: str, sought: Sought) -> int:
    count: int = await conn.fetchval(
        f"SELECT count(*) FROM audit_log WHERE {FILTER}", workspace, mode, *sought
    )
    return count
