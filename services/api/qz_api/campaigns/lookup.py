"""What others ask of campaigns."""

from collections.abc import Collection
from uuid import UUID

from qz_api.campaigns import store
from qz_api.connection import Connection


async def utm_of(
    conn: Connection, workspace: UUID, mode: str, ids: Collection[UUID]
) -> dict[UUID, dict[str, str]]:
    """Default UTM parameters; absent campaigns, and other people's, are left out."""
    rows = await store.utm_of(conn, workspace, mode, ids)
    return {row["id"]: row["utm"] for row in rows}
