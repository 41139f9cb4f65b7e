"""Counts rows against identities and rollups against raw rows, and heals what differs.

A row that came twice is merged away; should the same identity lie under two times, the later row
is deleted. Hours that were healed, and hours whose rollup doesn't say what the raw rows say, are
opened again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from qz_analytics.clickhouse import ClickHouse
from qz_analytics.ingest import periods
from qz_analytics.metrics import IngestMetrics
from qz_analytics.rollup_periods import HOUR_SECONDS

DOUBLES = """
SELECT hour, sum(rows) - sum(identities) AS more FROM
(
    SELECT intDiv(toUnixTimestamp(ts), 3600) AS hour, journal, count() AS rows,
        groupBitmap(seq) AS identities
    FROM scans WHERE ts >= toDateTime({since:UInt32}, 'UTC')
    GROUP BY hour, journal
)
GROUP BY hour HAVING more > 0
"""
DIFFERENT = """
SELECT hour FROM
(
    SELECT intDiv(toUnixTimestamp(ts), 3600) AS hour, toInt64(count()) AS scans FROM scans
    WHERE kind = 'scan' AND ts >= toDateTime({since:UInt32}, 'UTC') GROUP BY hour
    UNION ALL
    SELECT intDiv(toUnixTimestamp(hour), 3600), -toInt64(sum(scans)) FROM workspace_hourly FINAL
    WHERE hour >= toDateTime({since:UInt32}, 'UTC') GROUP BY hour
)
WHERE hour * 3600 IN
    (SELECT toUnixTimestamp(start) FROM rollup_periods FINAL WHERE kind = 'hour' AND made)
GROUP BY hour HAVING sum(scans) != 0
"""
TWO_TIMES = """
SELECT journal, seq, min(ts) FROM scans WHERE ts >= toDateTime({since:UInt32}, 'UTC')
GROUP BY journal, seq HAVING count() > 1 LIMIT 10000
"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Findings:
    rows: int
    doubles: int
    hours_reopened: int


async def verify_recent(
    store: ClickHouse, days: int, now: datetime, metrics: IngestMetrics
) -> Findings:
    return await verify_since(store, now - timedelta(days=days), now, metrics)


async def verify_since(
    store: ClickHouse, since: datetime, now: datetime, metrics: IngestMetrics
) -> Findings:
    bound: dict[str, object] = {"since": int(since.timestamp()) // HOUR_SECONDS * HOUR_SECONDS}
    found = {row[0]: row[1] for row in await store.rows(DOUBLES, bound)}
    if found:
        await _merge(store, found)
        await _delete_later_twins(store, bound)
        metrics.doubles.inc(sum(found.values()))
        log.warning("scans that were stored twice are merged", rows=sum(found.values()))
    different = {row[0] for row in await store.rows(DIFFERENT, bound)}
    await periods.reopen(store, found.keys() | different, now)
    rows = (await store.rows("SELECT count() FROM scans"))[0][0]
    return Findings(rows, sum(found.values()), len(found.keys() | different))


async def _merge(store: ClickHouse, hours: Iterable[int]) -> None:
    months = {datetime.fromtimestamp(hour * HOUR_SECONDS, UTC).strftime("%Y%m") for hour in hours}
    for month in sorted(months):
        await store.command(f"OPTIMIZE TABLE scans PARTITION ID '{month}' FINAL")


async def _delete_later_twins(store: ClickHouse, bound: dict[str, object]) -> None:
    """A time that had to be taken from the broker may differ between two sendings of a scan."""
    for journal, seq, kept in await store.rows(TWO_TIMES, bound):
        await store.command(
            "ALTER TABLE scans DELETE WHERE journal = {journal:UInt64} AND seq = {seq:UInt64} "
            "AND ts > {kept:DateTime64(3, 'UTC')} SETTINGS mutations_sync = 2",
            {"journal": journal, "seq": seq, "kept": kept},
        )
