"""All SQL about images of codes."""

from collections.abc import Mapping
from uuid import UUID

from qz_api.connection import Connection, Row


async def place_of(conn: Connection, id: UUID) -> Row | None:
    """Whose a code is, for addresses of images that are for anybody."""
    return await conn.fetchrow(
        "SELECT workspace_id, mode FROM codes WHERE id = $1 AND deleted_at IS NULL", id
    )


async def add_downloads(conn: Connection, counts: Mapping[UUID, int]) -> None:
    """In the order of ids, so that two processes never wait for one another in a ring."""
    ordered = sorted(counts.items())
    await conn.execute(
        """WITH counted AS (
               SELECT u.id, u.n FROM unnest($1::uuid[], $2::bigint[]) AS u (id, n)
           ), locked AS (
               SELECT c.id FROM codes c JOIN counted USING (id) ORDER BY c.id FOR UPDATE OF c
           )
           UPDATE codes c SET download_count = c.download_count + counted.n
           FROM counted JOIN locked USING (id) WHERE c.id = counted.id""",
        [id for id, _ in ordered],
        [count for _, count in ordered],
    )
