"""What was created counts in the transaction that creates it: exactly, or not at all."""

import random
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from qz_api.auth.principal import Principal
from qz_api.db import Connection, Row
from qz_api.deferred import Deferred, defer, write_deferred
from qz_common.errors import TooMany

SHARDS = 16
"""Rows that creates spread over where there is no limit; with a limit all meet in the first."""


@dataclass(frozen=True, slots=True)
class Usage:
    requests: int
    created: int


COUNT = """INSERT INTO usage_codes AS u (workspace_id, month, shard, created)
    SELECT * FROM {rows} AS given
    ON CONFLICT (workspace_id, month, shard)
    DO UPDATE SET created = u.created + excluded.created"""
CREATED = Deferred("created", types=("uuid", "date", "smallint", "bigint"), statements=(COUNT,))


async def charge_created(conn: Connection, principal: Principal, codes: int, now: datetime) -> None:
    """Counts new codes of this month. Call it last: a limited plan's creates queue at its row."""
    limit = None if principal.plan.overage else principal.plan.codes_per_month
    if CREATED in conn.due:
        await write_deferred(conn)
    shard = random.randrange(SHARDS) if limit is None else 0
    row = (principal.workspace, month_of(now), shard, codes)
    await defer(conn, CREATED, {shard: row})
    if limit is None:
        return
    await write_deferred(conn)
    if await _created(conn, principal.workspace, now) > limit:
        raise TooMany(f"this plan has {limit} new codes a month", "quota_exceeded")


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
