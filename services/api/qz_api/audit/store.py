"""All SQL about the audit log: rows are added and read, nothing else."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from qz_api.db import Connection, Row
from qz_api.http.paging import Place

Entry = tuple[UUID, str, Any, Any]
"""Row id, object id, before, after."""


async def insert(
    conn: Connection,
    *,
    workspace: UUID,
    mode: str,
    actor: tuple[str, str, str],
    action: str,
    request_id: str,
    entries: Sequence[Entry],
) -> None:
    ids, objects, before, after = zip(*entries, strict=True)
    await conn.execute(
        """INSERT INTO audit_log (workspace_id, mode, actor_kind, actor_id, actor_name, action,
               request_id, id, object_id, before, after)
           SELECT $1, $2, $3, $4, $5, $6, $7, *
           FROM unnest($8::uuid[], $9::text[], $10::jsonb[], $11::jsonb[])""",
        workspace,
        mode,
        *actor,
        action,
        request_id,
        ids,
        objects,
        before,
        after,
    )


async def list_entries(
    conn: Connection,
    workspace: UUID,
    *,
    action: str | None,
    object_id: str | None,
    actor: str | None,
    since: datetime | None,
    until: datetime | None,
    after: Place | None,
    limit: int,
) -> list[Row]:
    at, id = after or (None, None)
    rows: list[Row] = await conn.fetch(
        """SELECT id, mode, at, actor_kind, actor_id, actor_name, action, object_id, request_id,
               before, after
           FROM audit_log
           WHERE workspace_id = $1
             AND ($2::text IS NULL OR action = $2 OR starts_with(action, $2 || '.'))
             AND ($3::text IS NULL OR object_id = $3)
             AND ($4::text IS NULL OR actor_id = $4)
             AND ($5::timestamptz IS NULL OR at >= $5)
             AND ($6::timestamptz IS NULL OR at < $6)
             AND ($7::timestamptz IS NULL OR (at, id) < ($7, $8::uuid))
           ORDER BY at DESC, id DESC LIMIT $9""",
        workspace,
        action,
        object_id,
        actor,
        since,
        until,
        at,
        id,
        limit,
    )
    return rows
