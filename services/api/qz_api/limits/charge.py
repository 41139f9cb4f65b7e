"""What a charge came to: meters for the headers, or the 429 that says when to come back.

`row` is what the database function qz_charge gives; an authenticator of another kind than keys
calls it through `charge` and goes on with `check_charge` likewise.
"""

import math
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from qz_api.auth.principal import Meters
from qz_api.db import Connection, Row
from qz_api.limits.headers import limit_headers
from qz_api.limits.plans import PLANS_JSON, Plan
from qz_common.errors import Forbidden, TooMany


async def charge(conn: Connection, workspace: UUID, cost: int) -> Row:
    """In a transaction (or statement) of its own, which must see the workspace."""
    return await conn.fetchrow(
        "SELECT * FROM qz_charge($1, $2, $3::text::jsonb)", workspace, cost, PLANS_JSON
    )


def check_charge(plan: Plan, row: Mapping[str, Any]) -> Meters:
    verdict = row["verdict"]
    if verdict == "suspended":
        raise Forbidden("this workspace is suspended", "workspace_suspended")
    meters = Meters(
        rate_left=row["rate_left"],
        rate_reset_seconds=(row["rate_reset_us"] or 0) / 1e6,
        month_used=row["month_used"] or 0,
        month_reset_seconds=row["month_reset_s"] or 0,
        metered=verdict != "unmetered",
    )
    if verdict == "rate_limited":
        seconds = max(1, math.ceil(row["retry_us"] / 1e6))
        raise _refused("too many calls in a minute", "rate_limited", seconds, plan, meters)
    if verdict == "quota_exceeded":
        seconds = meters.month_reset_seconds
        raise _refused("the month's calls are used up", "quota_exceeded", seconds, plan, meters)
    return meters


def _refused(detail: str, code: str, seconds: int, plan: Plan, meters: Meters) -> TooMany:
    headers = {"Retry-After": str(seconds), **limit_headers(plan, meters)}
    return TooMany(f"{detail}; try again in {seconds} s", code, headers=headers)
