"""What others ask of destinations."""

from collections.abc import Collection
from uuid import UUID

from qz_api.connection import Connection
from qz_api.destinations import store


async def locations(
    conn: Connection, workspace: UUID, mode: str, ids: Collection[UUID]
) -> dict[UUID, str]:
    """Where these lead; absent ones, and other people's, are left out."""
    rows = await store.locations(conn, workspace, mode, ids)
    return {row["id"]: row["location"] for row in rows}
