"""A block: what was polled, decoded, judged and cut into runs that are inserted one by one.

A run lies in one month, so its insert is one atomic part. Runs keep the order of each journal: a
crash between two of them leaves every journal with a mark that is true.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pyarrow as pa

from qz_analytics.ingest.columns import block_of
from qz_analytics.ingest.marks import Gap, Marks
from qz_analytics.ingest.steps import (
    REPEAT,
    Dead,
    Drop,
    Outcome,
    Record,
    Scan,
    Step,
    decode,
    judge,
    steps,
)

HOUR_MS = 3_600_000
Decoded = list[tuple[Record, Scan | Dead]]


@dataclass(frozen=True, slots=True)
class DeadRecord:
    record: Record
    reason: str


@dataclass(slots=True)
class Block:
    scans: list[Scan] = field(default_factory=list)
    dead: list[DeadRecord] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    gaps: list[Gap] = field(default_factory=list)
    refilled: set[int] = field(default_factory=set)
    runs: list[pa.Table] = field(default_factory=list)
    fates: list[bool] = field(default_factory=list)
    """In log order, True for a dead record."""

    def hours(self) -> set[int]:
        """Hours (since 1970) that get rows."""
        return {scan.ts_ms // HOUR_MS for scan in self.scans}

    def links(self) -> set[tuple[str, str]]:
        return {(scan.event.workspace, scan.event.link) for scan in self.scans if scan.event.link}

    def newest_ms(self) -> int:
        return max((scan.ts_ms for scan in self.scans), default=0)


def decode_all(records: Sequence[Record]) -> Decoded:
    return [(record, decode(record)) for record in records]


def journals_of(decoded: Decoded) -> set[int]:
    return {scan.event.journal for _, scan in decoded if type(scan) is Scan}


def form(decoded: Decoded, marks: Marks, now_ms: int) -> Block:
    """Moves the marks over all that it takes; they must know every journal in it."""
    block = Block()
    through = steps(now_ms, repeat_step(marks))
    for record, decodable in decoded:
        outcome = judge(decodable, through) if type(decodable) is Scan else decodable
        block.fates.append(type(outcome) is Dead)
        _put(block, record, decodable, outcome, marks)
    block.gaps += marks.take_gaps()
    block.refilled = marks.take_refilled()
    block.runs = [block_of(run) for run in cut(block.scans)]
    return block


def repeat_step(marks: Marks) -> Step:
    def repeat(scan: Scan) -> Outcome:
        event = scan.event
        return scan if marks.pass_over(event.journal, event.seq, scan.ts_ms) else REPEAT

    return repeat


def cut(scans: Sequence[Scan]) -> list[list[Scan]]:
    """Runs of one month each, in an order that keeps the order of every journal."""
    if not scans:
        return []
    first, end = month_around(min(scan.ts_ms for scan in scans))
    if all(scan.ts_ms < end for scan in scans):
        return [list(scans)]
    return _rounds(scans, first)


def month_around(ts_ms: int) -> tuple[int, int]:
    """First millisecond of the UTC month, and of the next one."""
    moment = datetime.fromtimestamp(ts_ms / 1000, UTC)
    start = datetime(moment.year, moment.month, 1, tzinfo=UTC)
    end = datetime(moment.year + moment.month // 12, moment.month % 12 + 1, 1, tzinfo=UTC)
    return int(start.timestamp()) * 1000, int(end.timestamp()) * 1000


def _rounds(scans: Iterable[Scan], first_month: int) -> list[list[Scan]]:
    """Each journal goes on to its next round when its month changes."""
    runs: dict[tuple[int, int], list[Scan]] = {}
    at: dict[int, tuple[int, int]] = {}
    month, end = month_around(first_month)
    for scan in scans:
        if not month <= scan.ts_ms < end:
            month, end = month_around(scan.ts_ms)
        round_, last = at.get(scan.event.journal, (0, month))
        place = (round_ + (last != month), month)
        at[scan.event.journal] = place
        runs.setdefault(place, []).append(scan)
    return [runs[place] for place in sorted(runs)]


def _put(
    block: Block, record: Record, decoded: Scan | Dead, outcome: Outcome, marks: Marks
) -> None:
    if type(outcome) is Scan:
        block.scans.append(outcome)
    elif type(outcome) is Drop:
        block.dropped[outcome.reason] += 1
    elif type(outcome) is Dead:
        block.dead.append(DeadRecord(record, outcome.reason))
        _pass_over_dead(block, decoded, outcome, marks)


def _pass_over_dead(block: Block, decoded: Scan | Dead, dead: Dead, marks: Marks) -> None:
    """A dead scan whose number is known is no gap: the number is told as dead."""
    if type(decoded) is not Scan or dead.reason == "bad_number":
        return
    event = decoded.event
    ts_ms = min(max(decoded.ts_ms, 0), decoded.received_ms)
    if marks.pass_over(event.journal, event.seq, ts_ms):
        block.gaps.append(Gap(event.journal, event.seq, event.seq, "dead", ts_ms))
