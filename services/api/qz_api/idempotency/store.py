"""All SQL about idempotency keys."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from qz_api.db import Connection, Row
from qz_api.deferred import Deferred, defer


async def claim(
    conn: Connection, workspace: UUID, mode: str, operation: str, key: str, request_hash: bytes
) -> bool:
    """True when the key is ours now. Waits for a transaction that holds the same key."""
    claimed = await conn.fetchval(
        """INSERT INTO idempotency_keys (workspace_id, mode, operation, key, request_hash)
           VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING true""",
        workspace,
        mode,
        operation,
        key,
        request_hash,
    )
    return claimed is not None


async def stored(
    conn: Connection, workspace: UUID, mode: str, operation: str, key: str
) -> Row | None:
    return await conn.fetchrow(
        """SELECT request_hash, status, headers, body FROM idempotency_keys
           WHERE workspace_id = $1 AND mode = $2 AND operation = $3 AND key = $4""",
        workspace,
        mode,
        operation,
        key,
    )


FINISH = Deferred(
    "idempotency",
    types=("uuid", "text", "text", "text", "smallint", "jsonb", "bytea"),
    statements=(
        """UPDATE idempotency_keys k SET status = g.status, headers = g.headers, body = g.body
           FROM {rows} AS g (workspace_id, mode, operation, key, status, headers, body)
           WHERE k.workspace_id = g.workspace_id AND k.mode = g.mode
             AND k.operation = g.operation AND k.key = g.key""",
    ),
)


async def finish(
    conn: Connection,
    workspace: UUID,
    mode: str,
    operation: str,
    key: str,
    *,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
) -> None:
    row = (workspace, mode, operation, key, status, dict(headers), body)
    await defer(conn, FINISH, {key: row})


async def delete_older(conn: Connection, age: timedelta, rows: int) -> int:
    """A bounded bite, so that no sweep holds locks for long."""
    status: str = await conn.execute(
        """DELETE FROM idempotency_keys WHERE (workspace_id, mode, operation, key) IN (
               SELECT workspace_id, mode, operation, key FROM idempotency_keys
               WHERE created_at < now() - $1::interval LIMIT $2)""",
        age,
        rows,
    )
    return int(status.split()[-1])


async def mark_full(conn: Connection, cap: int) -> None:
    """Workspaces with more live keys than the cap are refused new ones until they are fewer."""
    await conn.execute(
        """WITH over AS (
               SELECT workspace_id FROM idempotency_keys GROUP BY workspace_id HAVING count(*) > $1)
           UPDATE workspaces w SET idempotency_full = NOT w.idempotency_full
           WHERE w.idempotency_full <> EXISTS (SELECT FROM over o WHERE o.workspace_id = w.id)""",
        cap,
    )
