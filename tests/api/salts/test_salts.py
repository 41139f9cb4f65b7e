"""Salts of today and tomorrow are published; no older one than yesterday's is kept."""

import asyncio
from datetime import UTC, datetime, timedelta

from qz_api.deps import Deps
from qz_api.salts.service import keep_salts
from qz_common.records import SaltRecord, decode

NOON = datetime(2026, 5, 19, 12, tzinfo=UTC)
DAY = timedelta(days=1)


async def published(deps: Deps) -> list[tuple[str, bytes | None]]:
    async with deps.db.system() as conn:
        rows = await conn.fetch("SELECT key, value FROM outbox ORDER BY seq")
    return [(row["key"], row["value"]) for row in rows]


async def test_today_and_tomorrow_have_a_salt(deps: Deps) -> None:
    await keep_salts(deps.db, NOON)
    rows = await published(deps)
    assert [key for key, _ in rows] == ["salt:2026-05-19", "salt:2026-05-20"]
    salts = [decode(value) for _, value in rows if value]
    assert all(isinstance(salt, SaltRecord) and len(salt.salt) == 64 for salt in salts)
    assert len({salt.salt for salt in salts if isinstance(salt, SaltRecord)}) == 2


async def test_a_salt_is_made_once(deps: Deps) -> None:
    await asyncio.gather(*(keep_salts(deps.db, NOON) for _ in range(5)))
    assert len(await published(deps)) == 2


async def test_a_salt_is_gone_after_its_second_day(deps: Deps) -> None:
    await keep_salts(deps.db, NOON)
    await keep_salts(deps.db, NOON + DAY)
    before = len(await published(deps))
    await keep_salts(deps.db, NOON + 2 * DAY)
    after = await published(deps)
    assert ("salt:2026-05-19", None) in after[before:]
    async with deps.db.system() as conn:
        kept = await conn.fetch("SELECT key FROM routes ORDER BY key")
    assert [row["key"] for row in kept] == [
        "salt:2026-05-20",
        "salt:2026-05-21",
        "salt:2026-05-22",
    ]


async def test_salts_belong_to_no_workspace(deps: Deps, tenant: object) -> None:
    await keep_salts(deps.db, NOON)
    async with deps.db.connection() as conn:
        assert await conn.fetch("SELECT * FROM routes") == []
