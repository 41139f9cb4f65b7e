"""All SQL about what a workspace has used up."""

from datetime import date
from uuid import UUID

from qz_api.connection import Connection, Row
from qz_api.deferred import Deferred, defer, write_deferred
from qz_api.transaction import Transaction

CREATED = Deferred(
    "created",
    types=("uuid", "date", "smallint", "bigint"),
    statements=(
        """INSERT INTO usage_codes AS u (workspace_id, month, shard, created)
           SELECT * FROM {rows} AS given
           ON CONFLICT (workspace_id, month, shard)
           DO UPDATE SET created = u.created + excluded.created""",
    ),
)


async def add_created(
    conn: Transaction, workspace: UUID, month: date, shard: int, codes: int
) -> None:
    if CREATED in conn.due:
        # a later row of a shard would take the place of the one that waits
        await write_deferred(conn)
    await defer(conn, CREATED, {shard: (workspace, month, shard, codes)})


async def created(conn: Connection, workspace: UUID, month: date) -> int:
    count: int = await conn.fetchval(
        """SELECT coalesce(sum(created), 0)::bigint FROM usage_codes
           WHERE workspace_id = $1 AND month = $2""",
        workspace,
        month,
    )
    return count


async def mark_created(
    conn: Connection, workspace: UUID, month: date, created: int, quota: int
) -> None:
    await conn.execute(
        "SELECT qz_mark($1, $2, 'qr_generated', $3, $4)", workspace, month, created, quota
    )


async def requests(conn: Connection, workspace: UUID, month: date) -> int:
    count: int | None = await conn.fetchval(
        "SELECT requests FROM usage_months WHERE workspace_id = $1 AND month = $2",
        workspace,
        month,
    )
    return count or 0


async def usage_since(conn: Connection, workspace: UUID, first: date) -> list[Row]:
    """Requests and new codes of every month that has any, from this one on."""
    return await conn.fetch(
        """SELECT month, sum(requests)::bigint AS requests, sum(created)::bigint AS qr_generated
           FROM (SELECT month, requests, 0 AS created FROM usage_months
                 WHERE workspace_id = $1 AND month >= $2
                 UNION ALL
                 SELECT month, 0, created FROM usage_codes
                 WHERE workspace_id = $1 AND month >= $2) AS parts
           GROUP BY month""",
        workspace,
        first,
    )


async def marks_since(conn: Connection, workspace: UUID, first: date) -> list[Row]:
    """What was reached in every month from this one on, the lower mark of a meter first."""
    return await conn.fetch(
        """SELECT month, meter, percent, quota, used, reached_at FROM quota_marks
           WHERE workspace_id = $1 AND month >= $2 ORDER BY month, meter, percent""",
        workspace,
        first,
    )
