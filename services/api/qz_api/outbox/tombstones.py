"""A deleted route stays published as `deleted` for 30 days, then its key is published as null."""

from qz_api.db import Database
from qz_api.outbox import store
from qz_common.topics import TOMBSTONE_RETENTION

ROWS = 1000


async def bury(db: Database) -> None:
    async with db.system() as conn:
        for row in await store.dead_routes(conn, TOMBSTONE_RETENTION, ROWS):
            await store.forget(conn, row["workspace_id"], row["key"])
