"""Ranges of time: words, or two ends that are dates or instants; always half open."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from qz_analytics.query.refused import Refused
from qz_analytics.query.zones import DAY, Span, day_start
from qz_common.clock import to_ms

ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
OLDEST = datetime(2020, 1, 1, tzinfo=UTC)
NEWEST = datetime(2100, 1, 1, tzinfo=UTC)
ROLLING = {"7d": 7, "30d": 30, "90d": 90}
WORDS = ("24h", *ROLLING, "12mo", "today", "yesterday", "month_to_date", "all")


def read_zone(value: Any) -> ZoneInfo:
    """An IANA name; a path or nonsense is never looked up."""
    if isinstance(value, str) and len(value) <= 64 and ZONE.fullmatch(value):
        try:
            return ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
    raise Refused("must be the IANA name of a time zone", "unknown_timezone")


def read_range(value: Any, zone: ZoneInfo, now: datetime) -> Span:
    if isinstance(value, str):
        return _span(*_word(value, zone, now))
    if not isinstance(value, dict) or not value.keys() <= {"from", "to"}:
        raise Refused(f"must have from and to, or be one of {', '.join(WORDS)}")
    start = read_end(value.get("from"), zone, "/from") or OLDEST
    end = read_end(value.get("to"), zone, "/to") or now
    if start >= end:
        raise Refused("must end after it begins", "empty_range")
    return _span(start, end)


def read_end(value: Any, zone: ZoneInfo, below: str) -> datetime | None:
    """A date is the first instant of that date in the zone; an instant has an offset."""
    if value is None:
        return None
    try:
        moment = _moment(str(value)[:40], zone)
        if OLDEST <= moment <= NEWEST:
            return moment
    except (ValueError, OverflowError):
        pass
    raise Refused("must be a date or an instant with an offset, 2020 to 2099", below=below)


def _moment(text: str, zone: ZoneInfo) -> datetime:
    if DATE.fullmatch(text):
        return day_start(date.fromisoformat(text), zone)
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _word(word: str, zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime]:
    """Days of words are whole days of the zone, the current one included."""
    today = now.astimezone(zone).date()
    if word == "24h":
        return now - timedelta(hours=24), now
    if word == "all":
        return OLDEST, now
    if word == "yesterday":
        return day_start(today - DAY, zone), day_start(today, zone)
    firsts = {"today": today, "month_to_date": today.replace(day=1), "12mo": _year_before(today)}
    firsts |= {name: today - (days - 1) * DAY for name, days in ROLLING.items()}
    if word not in firsts:
        raise Refused(f"must be one of {', '.join(WORDS)}", "unknown_name")
    return day_start(firsts[word], zone), max(now, day_start(firsts[word], zone) + DAY / 24 / 60)


def _year_before(day: date) -> date:
    """The first day of the month eleven months ago: twelve calendar months in all."""
    months = day.year * 12 + day.month - 1 - 11
    return date(months // 12, months % 12 + 1, 1)


def _span(start: datetime, end: datetime) -> Span:
    return Span(to_ms(start), to_ms(end))
