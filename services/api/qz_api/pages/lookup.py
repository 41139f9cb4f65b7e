"""What others ask of landing pages."""

from collections.abc import Collection
from uuid import UUID

from qz_api.connection import Connection
from qz_api.pages import store


async def existing(
    conn: Connection, workspace: UUID, mode: str, ids: Collection[UUID]
) -> set[UUID]:
    """Which of these are landing pages that a link may show."""
    return set(await store.existing(conn, workspace, mode, ids))
