"""Our own texts on pages in five languages; dates and amounts as each language writes them."""

import json
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from qz_api.pages.offers.base import Words

LANGUAGES = ("en", "pt", "es", "de", "fr")
RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})


@cache
def words_of(tag: str) -> Words:
    """The texts for a language tag; English where there are none of its own."""
    language = tag.partition("-")[0]
    name = language if language in LANGUAGES else LANGUAGES[0]
    text = files("qz_api.pages").joinpath("texts", f"{name}.json").read_text("utf-8")
    words: dict[str, Any] = json.loads(text)
    return words


def direction(tag: str) -> str:
    return "rtl" if tag.partition("-")[0] in RIGHT_TO_LEFT else "ltr"


def show_date(day: str | date, words: Words) -> str:
    """`day` may be a text that is shaped like a date and is none (0000-02-31)."""
    try:
        found = date.fromisoformat(day) if isinstance(day, str) else day
    except ValueError:
        return str(day)
    month = words["months"][found.month - 1]
    pattern: str = words["date"]
    return pattern.format(day=found.day, month=month, year=found.year)


def show_span(start: date, end: date, words: Words) -> str:
    if not (isinstance(start, datetime) and isinstance(end, datetime)):
        return _days(start, end, words)
    first, last = show_date(start.date(), words), show_date(end.date(), words)
    until = _time(end, words) if first == last else f"{last}, {_time(end, words)}"
    return f"{first}, {_time(start, words)} – {until} {_zone(start)}"


def show_amount(number: str, currency: str, words: Words) -> str:
    return f"{number.replace('.', words['decimal'])} {currency}"


def _days(start: date, end: date, words: Words) -> str:
    """The end of an all-day entry is the day after its last one."""
    last = max(start, end - timedelta(days=1) if end > date.min else end)
    first = show_date(start, words)
    return first if last == start else f"{first} – {show_date(last, words)}"


def _time(moment: datetime, words: Words) -> str:
    return moment.strftime(words["time"])


def _zone(moment: datetime) -> str:
    offset = moment.utcoffset() or timedelta()
    if moment.tzinfo is UTC or not offset:
        return "UTC"
    minutes = int(offset.total_seconds() // 60)
    sign, minutes = ("−" if minutes < 0 else "+"), abs(minutes)
    return f"UTC{sign}{minutes // 60}" + (f":{minutes % 60:02}" if minutes % 60 else "")
