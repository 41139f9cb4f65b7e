"""All that the way in asks of the store, and tells it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import pyarrow as pa

from qz_analytics.clickhouse import ClickHouse
from qz_analytics.ingest.marks import Gap, Mark
from qz_common.clock import from_ms, to_ms

LATE_DAYS = 8
"""A hole older than the topic keeps its records can't be filled any more."""

HIGHEST = """
SELECT journal, max(top) FROM
(
    SELECT journal, max(seq) AS top FROM scans WHERE journal IN {journals:Array(UInt64)}
    GROUP BY journal
    UNION ALL
    SELECT journal, max(seq) FROM journal_floors WHERE journal IN {journals:Array(UInt64)}
    GROUP BY journal
    UNION ALL
    SELECT journal, max(last_seq) FROM journal_gaps
    WHERE reason = 'dead' AND journal IN {journals:Array(UInt64)} GROUP BY journal
)
GROUP BY journal
"""
JUMPS = """
SELECT journal, first_seq, last_seq, noticed_at, before_ts FROM journal_gaps FINAL
WHERE reason = 'jump' AND missing > 0 AND journal IN {journals:Array(UInt64)}
    AND noticed_at > now() - INTERVAL {days:UInt32} DAY
"""
FILLED = """
SELECT DISTINCT seq FROM
(
    SELECT seq FROM scans
    WHERE journal = {journal:UInt64} AND seq BETWEEN {first:UInt64} AND {last:UInt64}
    UNION ALL
    SELECT first_seq FROM journal_gaps
    WHERE reason = 'dead' AND journal = {journal:UInt64}
        AND first_seq BETWEEN {first:UInt64} AND {last:UInt64}
)
"""


async def read_marks(store: ClickHouse, journals: Collection[int]) -> dict[int, Mark]:
    """The mark of each journal; one that was never seen stands before its first number."""
    asked: dict[str, object] = {"journals": sorted(journals), "days": LATE_DAYS}
    marks = {journal: Mark() for journal in journals}
    for journal, high in await store.rows(HIGHEST, asked):
        marks[journal].high = high
    for journal, first, last, *_ in await store.rows(JUMPS, asked):
        mark = marks[journal]
        if first <= mark.high:
            mark.holes.append((first, min(last, mark.high)))
            for seq in await _filled(store, journal, first, last):
                mark.fill(seq)
    return marks


async def write_gaps(store: ClickHouse, gaps: Sequence[Gap], now: datetime) -> None:
    if gaps:
        told = [(gap, gap.last - gap.first + 1) for gap in gaps]
        await store.insert("journal_gaps", _gap_block(told, [now] * len(gaps)))


async def count_missing(store: ClickHouse, journals: Collection[int]) -> None:
    """Tells anew how many numbers of each open jump are missing, after some came late."""
    if not journals:
        return
    asked: dict[str, object] = {"journals": sorted(journals), "days": LATE_DAYS}
    told, noticed = [], []
    for journal, first, last, noticed_at, before in await store.rows(JUMPS, asked):
        filled = len(await _filled(store, journal, first, last))
        gap = Gap(journal, first, last, "jump", to_ms(before))
        told.append((gap, last - first + 1 - filled))
        noticed.append(noticed_at)
    await store.insert("journal_gaps", _gap_block(told, noticed))


async def write_scans(store: ClickHouse, run: pa.Table) -> None:
    await store.insert("scans", run)


async def _filled(store: ClickHouse, journal: int, first: int, last: int) -> list[int]:
    hole = {"journal": journal, "first": first, "last": last}
    return [row[0] for row in await store.rows(FILLED, hole)]


def _gap_block(told: Sequence[tuple[Gap, int]], noticed: Sequence[datetime]) -> pa.Table:
    """Each gap with how many numbers of it are missing."""
    gaps = [gap for gap, _ in told]
    return pa.table(
        {
            "journal": pa.array([gap.journal for gap in gaps], pa.uint64()),
            "first_seq": pa.array([gap.first for gap in gaps], pa.uint64()),
            "last_seq": pa.array([gap.last for gap in gaps], pa.uint64()),
            "reason": pa.array([gap.reason for gap in gaps], pa.string()),
            "noticed_at": _times(noticed),
            "before_ts": _times([from_ms(gap.before_ms) for gap in gaps]),
            "missing": pa.array([missing for _, missing in told], pa.uint64()),
        }
    )


def _times(moments: Iterable[datetime]) -> pa.Array:
    return pa.array(list(moments), pa.timestamp("ms", tz="UTC"))
