"""Time cut into buckets in any zone, from one table of zones: Python's.

The store only ever sees instants. A day begins at the first instant of its date, a day with 23 or
25 hours has as many hourly buckets, and an hour that comes twice is two buckets.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
HOUR_MS = 3_600_000

BUCKETS = ("minute", "hour", "day", "week", "month")
SHORTEST_MS = {
    "minute": 60_000,
    "hour": HOUR_MS // 2,
    "day": 22 * HOUR_MS,
    "week": 166 * HOUR_MS,
    "month": 27 * 24 * HOUR_MS,
}


@dataclass(frozen=True, slots=True)
class Span:
    """Half open, in milliseconds since 1970."""

    start_ms: int
    end_ms: int

    def points(self, bucket: str) -> int:
        """At most so many buckets."""
        return (self.end_ms - self.start_ms) // SHORTEST_MS[bucket] + 2


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a date, where midnight may not exist or come twice."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def edges(span: Span, bucket: str, zone: ZoneInfo) -> list[int]:
    """Starts of the buckets that the span touches; the first may lie before the span."""
    if span.start_ms >= span.end_ms:
        return []
    start = datetime.fromtimestamp(span.start_ms / 1000, UTC)
    end = datetime.fromtimestamp(span.end_ms / 1000, UTC)
    found: list[int] = []
    for edge in _STARTS[bucket](start, zone):
        if edge >= end:
            break
        ms = round(edge.timestamp() * 1000)
        if found and ms <= span.start_ms:
            found[-1] = ms
        elif not found or ms > found[-1]:
            found.append(ms)
    return found


def label(ms: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(ms / 1000, zone).isoformat()


def offsets(span: Span, zone: ZoneInfo) -> tuple[list[int], list[int]]:
    """Instants from which an offset from UTC holds, and the offsets, both in milliseconds."""
    starts, values = [span.start_ms], [_offset_ms(span.start_ms, zone)]
    at = span.start_ms
    while at < span.end_ms:
        after = min(at + 24 * HOUR_MS, span.end_ms)
        if _offset_ms(after, zone) != values[-1]:
            change = _change_between(at, after, zone)
            starts.append(change)
            values.append(_offset_ms(change, zone))
        at = after
    return starts, values


def _change_between(same_ms: int, other_ms: int, zone: ZoneInfo) -> int:
    before = _offset_ms(same_ms, zone)
    while other_ms - same_ms > 1:
        middle = (same_ms + other_ms) // 2
        if _offset_ms(middle, zone) == before:
            same_ms = middle
        else:
            other_ms = middle
    return other_ms


def _offset_ms(ms: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(ms / 1000, zone).utcoffset() or timedelta()
    return round(offset.total_seconds() * 1000)


def _minutes(start: datetime, _: ZoneInfo) -> Iterator[datetime]:
    """Offsets are whole minutes since 1972 everywhere."""
    at = start.replace(second=0, microsecond=0)
    while True:
        yield at
        at += timedelta(minutes=1)


def _hours(start: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Whenever the clock on the wall shows a full hour, or is put to another time."""
    at = day_start(start.astimezone(zone).date(), zone)
    while True:
        yield at
        wall = at.astimezone(zone)
        passed = timedelta(minutes=wall.minute, seconds=wall.second)
        following = at + HOUR - passed
        shown = following.astimezone(zone)
        if shown.minute and wall.utcoffset() != shown.utcoffset():
            following -= timedelta(minutes=shown.minute)
        at = following if following > at else at + HOUR


def _days(start: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    return _dates(start.astimezone(zone).date(), zone, lambda day: day + DAY)


def _weeks(start: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    local = start.astimezone(zone).date()
    return _dates(local - local.weekday() * DAY, zone, lambda day: day + 7 * DAY)


def _months(start: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    return _dates(start.astimezone(zone).date().replace(day=1), zone, next_month)


def next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _dates(first: date, zone: ZoneInfo, following: Callable[[date], date]) -> Iterator[datetime]:
    day = first
    while True:
        yield day_start(day, zone)
        day = following(day)


_STARTS: dict[str, Callable[[datetime, ZoneInfo], Iterator[datetime]]] = {
    "minute": _minutes,
    "hour": _hours,
    "day": _days,
    "week": _weeks,
    "month": _months,
}
