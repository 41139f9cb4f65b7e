"""Keys are kept for a day; no workspace has more of them than the cap for long."""

from datetime import timedelta

from qz_api.db import Database
from qz_api.idempotency import store

KEPT = timedelta(hours=24)
CAP = 500_000
BITE = 5_000


async def sweep(db: Database, cap: int = CAP) -> None:
    deleted = BITE
    while deleted == BITE:
        async with db.system() as conn:
            deleted = await store.delete_older(conn, KEPT, BITE)
    async with db.system() as conn:
        await store.mark_full(conn, cap)
