"""All SQL about the outbox, and `append`, which rides in the transaction of a command."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from qz_api.connection import BareConnection, Connection, Row, fetch_one
from qz_api.deferred import Deferred, defer, write_deferred
from qz_api.transaction import Transaction
from qz_common.records import RoutingRecord, encode
from qz_common.topics import ROUTING

LEAD_LOCK = 0x517A0002
REPUBLISH = "republish"


APPEND = Deferred(
    "outbox",
    types=("uuid", "text", "bytea", "bool"),
    statements=(
        """INSERT INTO routes (key, workspace_id, value, deleted_at)
           SELECT key, workspace_id, value, CASE WHEN gone THEN now() END
           FROM {rows} AS given (workspace_id, key, value, gone)
           ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now(),
               deleted_at = excluded.deleted_at""",
        f"""INSERT INTO outbox (topic, workspace_id, key, value)
            SELECT '{ROUTING.name}', workspace_id, key, value
            FROM {{rows}} AS given (workspace_id, key, value, gone)""",
    ),
)


async def append(
    conn: Transaction, workspace: UUID | None, key: str, record: RoutingRecord
) -> None:
    """The record is published under its key once this transaction commits.

    Order per key is the order of commits, so hold the row lock of what the record is made from.
    """
    await append_all(conn, workspace, [(key, record)])


async def append_all(
    conn: Transaction, workspace: UUID | None, keyed: Sequence[tuple[str, RoutingRecord]]
) -> None:
    """Of several records of a key in one transaction the last is published."""
    rows = {
        key: (workspace, key, encode(record), getattr(record, "status", "") == "deleted")
        for key, record in sorted(keyed, key=lambda each: each[0])
    }
    await defer(conn, APPEND, rows)
    conn.publishes = True


async def forget(conn: Transaction, workspace: UUID | None, key: str) -> None:
    """Publishes a null for a key: for salts and for tombstones that have done their time."""
    await write_deferred(conn)
    await conn.execute(
        """WITH gone AS (DELETE FROM routes WHERE key = $2)
           INSERT INTO outbox (workspace_id, topic, key, value) VALUES ($1, $3, $2, NULL)""",
        workspace,
        key,
        ROUTING.name,
    )
    conn.publishes = True


async def next_version(conn: Connection) -> int:
    """Grows over all records of the deployment; higher than any that was given before."""
    version: int = await conn.fetchval("SELECT nextval('route_versions')")
    return version


async def head(conn: Connection, limit: int) -> list[Row]:
    rows: list[Row] = await conn.fetch(
        "SELECT seq, topic, key, value FROM outbox ORDER BY seq LIMIT $1", limit
    )
    return rows


async def delete(conn: Connection, seqs: list[int]) -> None:
    await conn.execute("DELETE FROM outbox WHERE seq = ANY($1::bigint[])", seqs)


async def waiting(conn: Connection) -> tuple[int, datetime | None]:
    """How many rows wait, and since when."""
    row = await fetch_one(conn, "SELECT count(*) AS rows, min(created_at) AS oldest FROM outbox")
    return row["rows"], row["oldest"]


async def listen(conn: BareConnection, wake: Callable[..., None]) -> None:
    await conn.add_listener("outbox", wake)


async def try_lead(conn: Connection) -> bool:
    """True while this session is the one relay; the lock goes with the session."""
    leads: bool = await conn.fetchval("SELECT pg_try_advisory_lock($1)", LEAD_LOCK)
    return leads


async def lock_dead_routes(conn: Connection, age: timedelta, limit: int) -> list[Row]:
    """Locked: what comes back to life meanwhile is published after its null."""
    rows: list[Row] = await conn.fetch(
        """SELECT key, workspace_id FROM routes WHERE deleted_at < now() - $1::interval
           ORDER BY deleted_at LIMIT $2 FOR UPDATE SKIP LOCKED""",
        age,
        limit,
    )
    return rows


async def forget_markers(conn: Connection) -> None:
    await conn.execute("DELETE FROM routing_markers")
    await conn.execute(f"NOTIFY outbox, '{REPUBLISH}'")


async def routes_after(conn: Connection, key: str, limit: int) -> list[Row]:
    """The next page of routes; what waits in the outbox is left to the relay, in its order."""
    rows: list[Row] = await conn.fetch(
        """SELECT key, value FROM routes r
           WHERE key > $1 AND NOT EXISTS (SELECT FROM outbox o WHERE o.key = r.key)
           ORDER BY key LIMIT $2""",
        key,
        limit,
    )
    return rows


async def every_route_after(conn: Connection, key: str, limit: int) -> list[Row]:
    rows: list[Row] = await conn.fetch(
        "SELECT key, value FROM routes WHERE key > $1 ORDER BY key LIMIT $2", key, limit
    )
    return rows


async def forget_waiting(conn: Connection) -> None:
    """Rows for `routing` that wait; only where all routes are published anew anyway."""
    await conn.execute("DELETE FROM outbox WHERE topic = $1", ROUTING.name)


async def markers(conn: Connection, topic: str) -> list[Row]:
    rows: list[Row] = await conn.fetch(
        """SELECT partition_number, marker_id, record_offset FROM routing_markers
           WHERE topic = $1 AND partition_number >= 0 ORDER BY partition_number""",
        topic,
    )
    return rows


async def begin_fill(conn: Connection, topic: str, marker_id: str) -> None:
    """A fill counts only if nobody asks for another before it ends: that deletes this row."""
    await conn.execute(
        """INSERT INTO routing_markers (topic, partition_number, marker_id, record_offset)
           VALUES ($1, -1, $2, 0) ON CONFLICT (topic, partition_number)
           DO UPDATE SET marker_id = excluded.marker_id""",
        topic,
        marker_id,
    )


async def put_marker(
    conn: Connection, topic: str, partition: int, marker_id: str, offset: int
) -> None:
    await conn.execute(
        """INSERT INTO routing_markers (topic, partition_number, marker_id, record_offset)
           SELECT $1, $2, $3, $4 FROM routing_markers
           WHERE topic = $1 AND partition_number = -1 AND marker_id = $3
           ON CONFLICT (topic, partition_number)
           DO UPDATE SET marker_id = excluded.marker_id, record_offset = excluded.record_offset""",
        topic,
        partition,
        marker_id,
        offset,
    )


async def put_route_value(conn: Connection, key: str, value: bytes) -> None:
    await conn.execute("UPDATE routes SET value = $2 WHERE key = $1", key, value)


async def skip_versions(conn: Connection, step: int) -> None:
    """As the owner of the sequence."""
    await conn.execute(
        "SELECT setval('route_versions', (SELECT last_value FROM route_versions) + $1)", step
    )
