"""What was created counts in the transaction that creates it: exactly, or not at all."""

from datetime import datetime
from uuid import UUID

from qz_api.auth.principal import Principal
from qz_api.db import Connection, Row
from qz_common.errors import TooMany


async def charge_created(conn: Connection, principal: Principal, codes: int, now: datetime) -> None:
    """Counts new codes of this month. Call it last: its row lock orders creates of a workspace."""
    month = now.date().replace(day=1)
    used = await conn.fetchval(
        """INSERT INTO usage_months AS u (workspace_id, month, qr_generated) VALUES ($1, $2, $3)
           ON CONFLICT (workspace_id, month)
           DO UPDATE SET qr_generated = u.qr_generated + excluded.qr_generated
           RETURNING u.qr_generated""",
        principal.workspace,
        month,
        codes,
    )
    limit = principal.plan.codes_per_month
    if limit is not None and used > limit and not principal.plan.overage:
        raise TooMany(f"this plan has {limit} new codes a month", "quota_exceeded")


async def usage(conn: Connection, workspace: UUID, now: datetime) -> Row | None:
    return await conn.fetchrow(
        """SELECT month, requests, qr_generated FROM usage_months
           WHERE workspace_id = $1 AND month = $2""",
        workspace,
        now.date().replace(day=1),
    )
