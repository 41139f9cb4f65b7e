"""The steps that a record passes on its way in, in order, each a pure function of the scan.

A step answers with the scan (kept, perhaps changed), a Drop or a Dead; every reason is a counter.
Dropped is what we have already; dead is what can't be used, and goes to `scans.dead`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import msgspec

from qz_common.events import ScanEvent, decode_scan
from qz_common.urls.query import MAX_SERVED

U64 = 1 << 64
MAX_STATUS = 999
MAX_TAGS = 100
MAX_TEXT = 4 * MAX_SERVED
"""Far above what an edge writes, so that no visitor can make a record that is dead."""
OLDEST_MS = 1_577_836_800_000
"""2020-01-01: an earlier time is a broken clock, not a scan."""
CLOCK_SLACK_MS = 5 * 60 * 1000
MODES = frozenset({"live", "test"})
KINDS = frozenset({"scan", "press"})


class Record(Protocol):
    """One record of the topic, as the Kafka client gives it."""

    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...


class Scan(msgspec.Struct, gc=False):
    event: ScanEvent
    received_ms: int
    ts_ms: int
    clamped: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    reason: str


@dataclass(frozen=True, slots=True)
class Dead:
    reason: str


Outcome = Scan | Drop | Dead
Step = Callable[[Scan], Outcome]

REPEAT = Drop("repeat")
BAD_JSON = Dead("bad_json")
BAD_NUMBER = Dead("bad_number")
BAD_WORD = Dead("bad_word")
BAD_TIME = Dead("bad_time")
TOO_LONG = Dead("too_long")
WRONG_KEY = Dead("wrong_key")


def decode(record: Record) -> Scan | Dead:
    try:
        event = decode_scan(record.value or b"")
    except (ValueError, RecursionError):
        return BAD_JSON
    if record.key and record.key != journal_key(event.journal):
        return WRONG_KEY
    return Scan(event, record.timestamp, event.ts_ms)


def journal_key(journal: int) -> bytes:
    return b"%016x" % journal if 0 <= journal < U64 else b""


def numbers(scan: Scan) -> Outcome:
    """All fit their columns: one that doesn't would spoil the block of all others."""
    event = scan.event
    together = event.journal | event.seq | event.visitor | event.ip_hash | event.route_version
    if 0 <= together < U64 and 0 <= event.status <= MAX_STATUS:
        return scan
    return BAD_NUMBER


def words(scan: Scan) -> Outcome:
    event = scan.event
    return scan if event.mode in MODES and event.kind in KINDS else BAD_WORD


def lengths(scan: Scan) -> Outcome:
    """The edge cuts its texts; a record with a far longer one was not made by it."""
    event = scan.event
    if len(event.ua) > MAX_TEXT or len(event.destination) > MAX_TEXT or len(event.tags) > MAX_TAGS:
        return TOO_LONG
    return scan


def clock(now_ms: int) -> Step:
    """A time too far in the future is taken back to when the broker got it, and says so."""
    latest = now_ms + CLOCK_SLACK_MS

    def clamp(scan: Scan) -> Outcome:
        if OLDEST_MS <= scan.ts_ms <= latest:
            return scan
        if scan.ts_ms < OLDEST_MS:
            return BAD_TIME
        received = scan.received_ms if OLDEST_MS <= scan.received_ms <= latest else now_ms
        return Scan(scan.event, scan.received_ms, received, True)

    return clamp


def steps(now_ms: int, repeat: Step) -> tuple[Step, ...]:
    """Numbers first: the others may rely on them. `repeat` last: it moves the marks."""
    return (numbers, words, lengths, clock(now_ms), repeat)


def judge(scan: Scan, through: tuple[Step, ...]) -> Outcome:
    outcome: Outcome = scan
    for step in through:
        outcome = step(scan)
        if type(outcome) is not Scan:
            return outcome
        scan = outcome
    return outcome
