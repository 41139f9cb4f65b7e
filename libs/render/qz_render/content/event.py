"""A calendar entry (RFC 5545); times are written in UTC, so no zone table is needed."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar, Self

from qz_render.content.lines import escaped, joined
from qz_render.content.url import is_web_url
from qz_render.fields import Fields

_EXPECTED = "a date (2026-05-19) or a time with its offset (2026-05-19T18:30:00+02:00)"
When = date | datetime


@dataclass(frozen=True, slots=True)
class Event:
    kind: ClassVar[str] = "event"
    title: str
    start: When
    end: When
    location: str = ""
    description: str = ""
    url: str = ""

    @classmethod
    def read(cls, fields: Fields) -> Self:
        start = _when(fields, "start", required=True)
        end = _when(fields, "end", required=False)
        _check_order(fields, start, end)
        stand_in = start or date(2000, 1, 1)
        return cls(
            title=fields.text("title", required=True, limit=200),
            start=stand_in,
            end=end or _default_end(stand_in),
            location=fields.text("location", limit=200),
            description=fields.text("description", limit=1000, multiline=True),
            url=fields.text("url", limit=500, pattern=is_web_url, expected="an http(s) URL"),
        )

    def payload(self) -> str:
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Quietzone//EN", "BEGIN:VEVENT"]
        lines += [f"UID:{self._uid()}", f"DTSTAMP:{_stamp(self.start)}"]
        lines += [_line("DTSTART", self.start), _line("DTEND", self.end)]
        named = ("SUMMARY", self.title), ("LOCATION", self.location)
        more = ("DESCRIPTION", self.description)
        lines += [f"{name}:{escaped(value)}" for name, value in (*named, more) if value]
        lines += [f"URL:{self.url}"] if self.url else []
        return joined([*lines, "END:VEVENT", "END:VCALENDAR"])

    def _uid(self) -> str:
        """The same entry always has the same id, so that scanning twice adds it once."""
        identity = f"{self.title}|{self.start.isoformat()}|{self.location}"
        return hashlib.sha256(identity.encode()).hexdigest()[:20]


def _when(fields: Fields, name: str, *, required: bool) -> When | None:
    text = fields.text(name, required=required, limit=40)
    if not text:
        return None
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # answered below, like a time without an offset
    fields.complain(name, f"must be {_EXPECTED}")
    return None


def _check_order(fields: Fields, start: When | None, end: When | None) -> None:
    if start is None or end is None:
        return
    if isinstance(start, datetime) != isinstance(end, datetime):
        fields.complain("end", "must be a date like start, or a time like start")
    elif _stamp(end) < _stamp(start):
        fields.complain("end", "must not be before start")


def _default_end(start: When) -> When:
    """An hour for a time, the day for a date (an all-day end is exclusive)."""
    try:
        return start + (timedelta(hours=1) if isinstance(start, datetime) else timedelta(days=1))
    except OverflowError:
        return start


def _stamp(when: When) -> str:
    return when.strftime("%Y%m%dT%H%M%SZ" if isinstance(when, datetime) else "%Y%m%dT000000Z")


def _line(name: str, when: When) -> str:
    if isinstance(when, datetime):
        return f"{name}:{_stamp(when)}"
    return f"{name};VALUE=DATE:{when.strftime('%Y%m%d')}"
