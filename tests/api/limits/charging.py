"""The charging function of the database, called by itself: authenticators reach it behind a key."""

from uuid import UUID

from qz_api.callers.plans import PLANS_JSON
from qz_api.connection import Connection, Row, fetch_one


async def charge(conn: Connection, workspace: UUID, cost: int) -> Row:
    """In a transaction of its own, which must see the workspace."""
    return await fetch_one(
        conn, "SELECT * FROM qz_charge($1, $2, $3::text::jsonb)", workspace, cost, PLANS_JSON
    )
