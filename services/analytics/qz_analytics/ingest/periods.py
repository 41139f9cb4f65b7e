"""Tells which hours and days the rollups answer for.

An hour is made once it is over and a minute has passed. A row that comes later reopens its hour
and day, before the insert and again after it: whoever made the hour in between has the lower
version and loses. What a crash can leave open between the two is found by verify.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

import pyarrow as pa

from qz_analytics.clickhouse import ClickHouse
from qz_analytics.rollup_periods import DAY_SECONDS, HOUR_SECONDS

CLOSE_AFTER_SECONDS = 60
LATE_AFTER_SECONDS = 30
"""Rows of an hour that ended this long ago are late; less than the above, for unequal clocks."""

Periods = dict[str, set[int]]
"""Starts in seconds since 1970, by kind."""


def late_hours(hours: Iterable[int], now: datetime) -> set[int]:
    newest = int(now.timestamp() - LATE_AFTER_SECONDS) // HOUR_SECONDS
    return {hour for hour in hours if hour < newest}


async def reopen(store: ClickHouse, hours: Collection[int], now: datetime) -> None:
    """`hours` since 1970; their days are opened with them."""
    if hours:
        await _tell(store, with_days(hours), False, version_of(now))


async def close(store: ClickHouse, kind: str, starts: Collection[int], version: int) -> None:
    await _tell(store, {kind: set(starts)}, True, version)


def version_of(now: datetime) -> int:
    return int(now.timestamp() * 1_000_000)


def with_days(hours: Iterable[int]) -> Periods:
    starts = {hour * HOUR_SECONDS for hour in hours}
    return {"hour": starts, "day": {start - start % DAY_SECONDS for start in starts}}


async def _tell(store: ClickHouse, told: Periods, is_made: bool, version: int) -> None:
    rows = [(kind, start) for kind, starts in told.items() for start in sorted(starts)]
    block = pa.table(
        {
            "kind": [kind for kind, _ in rows],
            "start": pa.array(
                [datetime.fromtimestamp(start, UTC) for _, start in rows],
                pa.timestamp("s", tz="UTC"),
            ),
            "made": [is_made] * len(rows),
            "version": pa.array([version] * len(rows), pa.uint64()),
        }
    )
    await store.insert("rollup_periods", block)
