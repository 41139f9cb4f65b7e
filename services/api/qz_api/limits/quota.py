"""What was created counts in the transaction that creates it: exactly, or not at all."""

import random
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from qz_api.auth.principal import Principal
from qz_api.connection import Connection, Row
from qz_api.deferred import Deferred, defer, write_deferred
from qz_api.transaction import Transaction
from qz_common.errors import TooMany

SHARDS = 16
"""Rows that creates spread over where there is no quota; with one all meet in the first."""

MARKS = (80, 100)
"""Per cent of a quota at which it is told."""


@dataclass(frozen=True, slots=True)
class Usage:
    requests: int
    created: int


COUNT = """INSERT INTO usage_codes AS u (workspace_id, month, shard, created)
    SELECT * FROM {rows} AS given
    ON CONFLICT (workspace_id, month, shard)
    DO UPDATE SET created = u.created + excluded.created"""
CREATED = Deferred("created", types=("uuid", "date", "smallint", "bigint"), statements=(COUNT,))


async def charge_created(
    conn: Transaction, principal: Principal, codes: int, now: datetime
) -> None:
    """Counts new codes of this month. Call it last: creates under a quota queue at its row."""
    plan, workspace, month = principal.plan, principal.workspace, month_of(now)
    if CREATED in conn.due:
        await write_deferred(conn)
    quota = plan.codes_per_month
    shard = random.randrange(SHARDS) if quota is None else 0
    await defer(conn, CREATED, {shard: (workspace, month, shard, codes)})
    if quota is None:
        return
    await write_deferred(conn)
    created = await _created(conn, workspace, now)
    if created > quota and not plan.overage:
        raise TooMany(f"this plan has {quota} new codes a month", "quota_exceeded")
    if created * 100 >= quota * MARKS[0]:
        await conn.execute(
            "SELECT qz_mark($1, $2, 'qr_generated', $3, $4)", workspace, month, created, quota
        )


async def usage(conn: Connection, workspace: UUID, now: datetime) -> Usage:
    """What this month has had so far."""
    requests = await conn.fetchval(
        "SELECT requests FROM usage_months WHERE workspace_id = $1 AND month = $2",
        workspace,
        month_of(now),
    )
    return Usage(requests or 0, await _created(conn, workspace, now))


async def usage_since(conn: Connection, workspace: UUID, first: date) -> list[Row]:
    """Requests and new codes of every month that has any, from this one on."""
    rows: list[Row] = await conn.fetch(
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
    return rows


async def marks_since(conn: Connection, workspace: UUID, first: date) -> list[Row]:
    """What was reached in every month from this one on, the lower mark of a meter first."""
    rows: list[Row] = await conn.fetch(
        """SELECT month, meter, percent, quota, used, reached_at FROM quota_marks
           WHERE workspace_id = $1 AND month >= $2 ORDER BY month, meter, percent""",
        workspace,
        first,
    )
    return rows


def month_of(now: datetime) -> date:
    return now.date().replace(day=1)


async def _created(conn: Connection, workspace: UUID, now: datetime) -> int:
    created: int = await conn.fetchval(
        """SELECT coalesce(sum(created), 0)::bigint FROM usage_codes
           WHERE workspace_id = $1 AND month = $2""",
        workspace,
        month_of(now),
    )
    return created
