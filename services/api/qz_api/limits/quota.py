"""What was created counts in the transaction that creates it: exactly, or not at all."""

import random
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from qz_api.callers.principal import Principal
from qz_api.connection import Connection
from qz_api.deferred import write_deferred
from qz_api.limits import store
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


async def charge_created(
    conn: Transaction, principal: Principal, codes: int, now: datetime
) -> None:
    """Counts new codes of this month. Call it last: creates under a quota queue at its row."""
    plan, workspace, month = principal.plan, principal.workspace, month_of(now)
    quota = plan.codes_per_month
    shard = random.randrange(SHARDS) if quota is None else 0
    await store.add_created(conn, workspace, month, shard, codes)
    if quota is None:
        return
    await write_deferred(conn)
    created = await store.created(conn, workspace, month)
    if created > quota and not plan.overage:
        raise TooMany(f"this plan has {quota} new codes a month", "quota_exceeded")
    if created * 100 >= quota * MARKS[0]:
        await store.mark_created(conn, workspace, month, created, quota)


async def usage(conn: Connection, workspace: UUID, now: datetime) -> Usage:
    """What this month has had so far."""
    month = month_of(now)
    requests = await store.requests(conn, workspace, month)
    return Usage(requests, await store.created(conn, workspace, month))


def month_of(now: datetime) -> date:
    return now.date().replace(day=1)
