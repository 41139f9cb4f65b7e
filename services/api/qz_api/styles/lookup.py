"""What others ask of saved looks."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from qz_api.connection import Connection
from qz_api.styles import store


async def looks(
    conn: Connection, workspace: UUID, mode: str, ids: Collection[UUID]
) -> dict[UUID, dict[str, Any]]:
    """The JSON of saved looks; absent ones, and other people's, are left out."""
    return {row["id"]: row["style"] for row in await store.get_all(conn, workspace, mode, ids)}
