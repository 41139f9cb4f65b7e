"""The salts of visitor hashes: today's and tomorrow's are published, older ones are forgotten.

No salt lives longer than 48 hours after its day began, so no hash can be made again later.
"""

import secrets
from datetime import datetime, timedelta

from qz_api.db import Database
from qz_api.outbox import store as outbox
from qz_api.salts import store
from qz_api.transaction import Transaction
from qz_common.records import SaltRecord, salt_key

SALT_BYTES = 32
DAY = timedelta(days=1)


async def keep_salts(db: Database, now: datetime) -> None:
    """Safe to run at any time and by several workers."""
    async with db.system() as conn:
        await store.lock(conn)
        known = set(await store.keys(conn))
        for day in (now, now + DAY):
            await _make(conn, day, known)
        oldest = salt_key((now - DAY).date().isoformat())
        for key in sorted(key for key in known if key < oldest):
            await outbox.forget(conn, None, key)


async def _make(conn: Transaction, moment: datetime, known: set[str]) -> None:
    day = moment.date().isoformat()
    if salt_key(day) in known:
        return
    version = await outbox.next_version(conn)
    record = SaltRecord(version=version, day=day, salt=secrets.token_hex(SALT_BYTES))
    await outbox.append(conn, None, salt_key(day), record)
