"""All SQL about idempotency keys."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TypeAlias
from uuid import UUID

from qz_api.connection import Connection, Row, fetch_one
from qz_api.deferred import Deferred, Gate, defer
from qz_api.transaction import Transaction

Place: TypeAlias = tuple[UUID, str, str, str]
"""Workspace, mode, operation, key."""


CLAIM = """INSERT INTO idempotency_keys
        (workspace_id, mode, operation, key, request_hash, status, headers, body)
    SELECT * FROM {rows} AS given ON CONFLICT DO NOTHING RETURNING true"""
CLAIMED = ("uuid", "text", "text", "text", "bytea", "smallint", "jsonb", "bytea")


def claim(
    place: Place,
    request_hash: bytes,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> Gate:
    """The record of a key; without an answer it says that the call is at work. Whoever writes it
    second waits for the first."""
    return Gate("idempotency_keys", CLAIM, CLAIMED, (*place, request_hash, status, headers, body))


async def stored(conn: Connection, place: Place) -> Row | None:
    """The record that has its answer. It says itself what it may see."""
    row = await fetch_one(conn, "SELECT * FROM qz_stored_answer($1, $2, $3, $4)", *place)
    return None if row["status"] is None else row


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
    conn: Transaction, place: Place, status: int, headers: Mapping[str, str], body: bytes
) -> None:
    await defer(conn, FINISH, {place: (*place, status, dict(headers), body)})


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
