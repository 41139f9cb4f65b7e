"""Wall-clock time in IANA zones, days with a missing or a doubled hour included.

A bound such as `2026-03-29T02:30` becomes one instant: the first at which the clock shows that
time or a later one. So a bound in a missing hour is the moment the clocks went forward, a bound
in a doubled hour is its first pass, bounds keep their order, and windows that meet leave no hole
and no overlap.
"""

from datetime import datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

DAY_SECONDS = 86_400
END_OF_DAY = "24:00"
YEARS = range(1970, 9000)


@cache
def zone_names() -> frozenset[str]:
    return frozenset(available_timezones()) - {"localtime", "Factory"}


@lru_cache(1024)
def zone(name: str) -> ZoneInfo | None:
    """None for a zone that this machine's tz data doesn't know."""
    return ZoneInfo(name) if name in zone_names() else None


def zone_problem(name: str) -> str:
    return "" if zone(name) else f"`{name}` is no IANA time zone, as in Europe/Lisbon"


@lru_cache(512)
def wall_clock(second: int, zone_name: str) -> datetime | None:
    """What a clock on the wall shows, without its zone; None when the zone is unknown."""
    place = zone(zone_name)
    if place is None:
        return None
    return datetime.fromtimestamp(second, place).replace(tzinfo=None, fold=0)


def read_wall(text: str) -> datetime | None:
    """`YYYY-MM-DD`, with `THH:MM` or `THH:MM:SS` if wanted; None for anything else."""
    day, clock = text[:10], text[11:]
    if len(text) > 10 and (text[10] not in "T " or not clock):
        return None
    seconds = _seconds(clock) if clock else 0
    if seconds is None or not day.isascii() or day[4:8:3] != "--":
        return None
    try:
        midnight = datetime.fromisoformat(day)
    except ValueError:
        return None
    hour, rest = divmod(seconds, 3600)
    at = midnight.replace(hour=hour, minute=rest // 60, second=rest % 60)
    return at if at.year in YEARS else None


@lru_cache(4096)
def read_clock(text: str) -> int | None:
    """Seconds since midnight of `HH:MM` or `HH:MM:SS`; `24:00` ends a day; else None."""
    return DAY_SECONDS if text == END_OF_DAY else _seconds(text)


def _seconds(text: str) -> int | None:
    parts = text.split(":")
    if len(parts) not in (2, 3) or not all(_is_two_digits(part) for part in parts):
        return None
    hour, minute, second = (int(part) for part in (*parts, "0")[:3])
    return hour * 3600 + minute * 60 + second if hour < 24 and max(minute, second) < 60 else None


def _is_two_digits(part: str) -> bool:
    return len(part) == 2 and part.isascii() and part.isdigit()


@lru_cache(16_384)
def opening_ms(wall: str, zone_name: str) -> int | None:
    """The first instant at which the clock shows `wall` or later; None when that can't be told."""
    at, place = read_wall(wall), zone(zone_name)
    if at is None or place is None:
        return None
    first = round(at.replace(tzinfo=place).timestamp())
    second = round(at.replace(tzinfo=place, fold=1).timestamp())
    return 1000 * (first if first <= second else _change_between(second, first, place))


def _change_between(before: int, after: int, place: ZoneInfo) -> int:
    """The second at which the clocks went forward: past `before`, not past `after`."""
    old = datetime.fromtimestamp(before, place).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, place).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
