"""Which hours and days the rollups answer for: the way in tells it, the way out asks."""

from qz_analytics.clickhouse import ClickHouse

HOUR_SECONDS = 3_600
DAY_SECONDS = 86_400


async def made(store: ClickHouse, kind: str, first: int, end: int) -> set[int]:
    """Starts of the periods in `[first, end)` that the rollups answer for."""
    rows = await store.rows(
        "SELECT toUnixTimestamp(start) FROM rollup_periods FINAL WHERE kind = {kind:String} "
        "AND made AND start >= {first:UInt32} AND start < {end:UInt32}",
        {"kind": kind, "first": max(first, 0), "end": max(end, 0)},
    )
    return {row[0] for row in rows}
