"""A deleted route is published as null once it has been a tombstone for long enough."""

from qz_api.outbox import store
from qz_api.outbox.tombstones import bury
from qz_common.records import CodeRecord
from tests.api.conftest import Tenant


async def leave_tombstones(tenant: Tenant, *keys: str, days: int) -> None:
    """As if their links had been deleted so many days ago."""
    gone = CodeRecord(version=1, workspace=tenant.text, link="lnk_1", status="deleted")
    async with tenant.deps.db.transaction(tenant.id) as conn:
        await store.append_all(conn, tenant.id, [(key, gone) for key in keys])
    await tenant.rows(
        "UPDATE routes SET deleted_at = now() - make_interval(days => $2) WHERE key = ANY($1)",
        list(keys),
        days,
    )


async def buried(tenant: Tenant) -> list[str]:
    rows = await tenant.rows("SELECT key FROM outbox WHERE value IS NULL ORDER BY key")
    return [row["key"] for row in rows]


async def test_tombstones_of_thirty_days_are_buried_however_many(tenant: Tenant) -> None:
    old = [f"code:/{number}" for number in range(5)]
    await leave_tombstones(tenant, *old, days=31)
    await leave_tombstones(tenant, "code:/young", days=29)
    await bury(tenant.deps.db, bite=2)
    assert await buried(tenant) == old
    assert [row["key"] for row in await tenant.rows("SELECT key FROM routes")] == ["code:/young"]


async def test_a_tombstone_that_somebody_is_at_is_left_to_them(tenant: Tenant) -> None:
    await leave_tombstones(tenant, "code:/theirs", "code:/ours", days=31)
    async with tenant.deps.db.transaction(tenant.id) as conn:
        await conn.execute("SELECT FROM routes WHERE key = 'code:/theirs' FOR UPDATE")
        await bury(tenant.deps.db)
    assert await buried(tenant) == ["code:/ours"]
