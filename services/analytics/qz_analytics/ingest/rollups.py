"""Rollups, made from raw rows by an idempotent replace: made twice is made once.

Each new row has a higher version than the one it replaces, and a group that has no raw rows any
more is replaced by one that counts nothing. Days of a workspace are made from its hours, and only
when all of them are made.
"""

from collections.abc import Iterable
from datetime import datetime

from qz_analytics.clickhouse import ClickHouse
from qz_analytics.ingest import periods
from qz_analytics.ingest.periods import CLOSE_AFTER_SECONDS
from qz_analytics.metrics import IngestMetrics
from qz_analytics.rollup_periods import DAY_SECONDS, HOUR_SECONDS, made
from qz_common.clock import Clock

MOST_AT_ONCE = 24
"""Hours or days made by one statement; neighbours of one UTC day."""

HOURLY = """
INSERT INTO workspace_hourly
SELECT workspace, mode, hour, verdict, sum(real),
    uniqCombined64StateIf(14)(visitor, real = 1 AND visitor != 0), {version:UInt64}
FROM
(
    SELECT workspace, mode, toStartOfHour(ts) AS hour, verdict, visitor, 1 AS real
    FROM scans FINAL
    WHERE kind = 'scan' AND ts >= toDateTime({first:UInt32}, 'UTC')
        AND ts < toDateTime({end:UInt32}, 'UTC')
    UNION ALL
    SELECT workspace, mode, hour, verdict, toUInt64(0), 0
    FROM workspace_hourly FINAL
    WHERE scans > 0 AND hour >= toDateTime({first:UInt32}, 'UTC')
        AND hour < toDateTime({end:UInt32}, 'UTC')
)
GROUP BY workspace, mode, hour, verdict
"""
DAILY = """
INSERT INTO workspace_daily
SELECT workspace, mode, day, verdict, sum(n), uniqCombined64MergeState(14)(state), {version:UInt64}
FROM
(
    SELECT workspace, mode, toDateTime(toStartOfDay(hour), 'UTC') AS day, verdict, scans AS n,
        visitors AS state
    FROM workspace_hourly FINAL
    WHERE hour >= toDateTime({first:UInt32}, 'UTC') AND hour < toDateTime({end:UInt32}, 'UTC')
    UNION ALL
    SELECT workspace, mode, day, verdict, toUInt64(0),
        arrayReduce('uniqCombined64State(14)', emptyArrayUInt64())
    FROM workspace_daily FINAL
    WHERE scans > 0 AND day >= toDateTime({first:UInt32}, 'UTC')
        AND day < toDateTime({end:UInt32}, 'UTC')
)
GROUP BY workspace, mode, day, verdict
"""
LINKS = """
INSERT INTO link_daily
SELECT workspace, link, day, verdict, mode, sum(n), sum(symbol),
    minIf(at, n > 0), maxIf(at, n > 0), {version:UInt64}
FROM
(
    SELECT workspace, link, toDateTime(toStartOfDay(ts), 'UTC') AS day, verdict, mode,
        1 AS n, toUInt64(source = 'symbol') AS symbol, ts AS at
    FROM scans FINAL
    WHERE kind = 'scan' AND ts >= toDateTime({first:UInt32}, 'UTC')
        AND ts < toDateTime({end:UInt32}, 'UTC')
    UNION ALL
    SELECT workspace, link, day, verdict, mode, 0, toUInt64(0), first_at
    FROM link_daily FINAL
    WHERE scans > 0 AND day >= toDateTime({first:UInt32}, 'UTC')
        AND day < toDateTime({end:UInt32}, 'UTC')
)
GROUP BY workspace, link, day, verdict, mode
"""
STATEMENTS = {"hour": (HOURLY,), "day": (DAILY, LINKS)}
LENGTH = {"hour": HOUR_SECONDS, "day": DAY_SECONDS}
OLDEST = """
SELECT toUnixTimestamp(least(
    (SELECT if(count() = 0, now(), toDateTime(min(ts), 'UTC')) FROM scans),
    (SELECT if(count() = 0, now(), min(start)) FROM rollup_periods)
))
"""


async def make_due(store: ClickHouse, clock: Clock, metrics: IngestMetrics) -> None:
    """Makes every closed hour and day that isn't made, the newest of them first.

    The version is the moment before we look what is due: a late row reopens its hour and day with
    a later one, also between our look and our reading.
    """
    for kind in ("hour", "day"):
        looked_at = clock.now()
        for first, end in await due(store, kind, looked_at):
            await make(store, kind, first, end, looked_at)
            metrics.periods.labels(kind).inc((end - first) // LENGTH[kind])


async def make(store: ClickHouse, kind: str, first: int, end: int, looked_at: datetime) -> None:
    version = periods.version_of(looked_at)
    bound: dict[str, object] = {"first": first, "end": end, "version": version}
    for statement in STATEMENTS[kind]:
        await store.command(statement, bound)
    await periods.close(store, kind, range(first, end, LENGTH[kind]), version)


async def due(store: ClickHouse, kind: str, now: datetime) -> list[tuple[int, int]]:
    length = LENGTH[kind]
    end = int(now.timestamp() - CLOSE_AFTER_SECONDS) // length * length
    oldest = (await store.rows(OLDEST))[0][0] // DAY_SECONDS * DAY_SECONDS
    missing = set(range(oldest, end, length)) - await made(store, kind, oldest, end)
    if kind == "day" and missing:
        hours = await made(store, "hour", min(missing), end)
        missing = {day for day in missing if _whole(day, hours)}
    return spans(missing, length)


def spans(starts: Iterable[int], length: int) -> list[tuple[int, int]]:
    """Neighbouring periods together, at most a day's hours, newest first."""
    found: list[tuple[int, int]] = []
    for start in sorted(starts):
        if found and _joins(found[-1], start, length):
            found[-1] = (found[-1][0], start + length)
        else:
            found.append((start, start + length))
    return found[::-1]


def _joins(span: tuple[int, int], start: int, length: int) -> bool:
    same_day = span[0] // DAY_SECONDS == start // DAY_SECONDS
    return span[1] == start and same_day and (start - span[0]) // length < MOST_AT_ONCE


def _whole(day: int, hours: set[int]) -> bool:
    return all(hour in hours for hour in range(day, day + DAY_SECONDS, HOUR_SECONDS))
