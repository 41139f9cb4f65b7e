"""A deleted route stays published as `deleted` for 30 days, then its key is published as null."""

from qz_api.db import Database
from qz_api.outbox import store
from qz_common.topics import TOMBSTONE_RETENTION

BITE = 1000


async def bury(db: Database, bite: int = BITE) -> None:
    while await _bury_some(db, bite) == bite:
        pass


async def _bury_some(db: Database, bite: int) -> int:
    async with db.system() as conn:
        rows = await store.lock_dead_routes(conn, TOMBSTONE_RETENTION, bite)
        for row in rows:
            await store.forget(conn, row["workspace_id"], row["key"])
    return len(rows)
