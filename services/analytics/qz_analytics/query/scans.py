"""The log of single scans, newest first, page by page; no address of a visitor, nor its hash."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from qz_analytics.clickhouse import ClickHouse
from qz_analytics.query.filters import read_filters
from qz_analytics.query.once import Statement, ask_once
from qz_analytics.query.parse import MODES, Reader, check, one_of, read_limit, read_verdicts, text
from qz_analytics.query.question import Question
from qz_analytics.query.ranges import read_range, read_zone
from qz_analytics.query.refused import Refused
from qz_analytics.query.sql import Bound, from_scans
from qz_analytics.query.zones import label
from qz_common.utm import UTM_NAMES

FIELDS = frozenset(
    ["workspace", "mode", "filters", "range", "timezone", "verdicts", "limit", "cursor"]
)
SHOWN = (
    "link", "code", "slug", "host", "kind", "action", "status", "method", "destination",
    "destination_id", "campaign", "tags", "rule", "variant", "route_version", "country",
    "continent", "region", "city", "device", "os", "browser", "brand", "language",
    "referrer", "referrer_host", "source_class", "scan_method", "scanner_app", *UTM_NAMES,
    "verdict", "verdict_reason", "verdict_version", "clamped",
)  # fmt: skip
Place = tuple[int, int, int]
"""Time in milliseconds, journal, seq: the place of a scan in the log."""


@dataclass(frozen=True, slots=True)
class Page:
    question: Question
    after: Place | None


def read_page(body: object, now: datetime) -> Page:
    reader = Reader(body, FIELDS)
    zone = reader.read("timezone", read_zone, read_zone("UTC"))
    question = Question(
        workspace=reader.read("workspace", text, ""),
        mode=reader.read("mode", one_of(MODES), "live"),
        filter=read_filters(reader.body.get("filters"), reader.errors),
        span=reader.read(
            "range", lambda value: read_range(value, zone, now), read_range("all", zone, now)
        ),
        zone=zone,
        verdicts=reader.read("verdicts", read_verdicts, ("human",)),
        limit=reader.read("limit", read_limit, 100),
    )
    after = reader.read("cursor", read_cursor, None)
    check(reader, question)
    return Page(question, after)


async def page(reader: ClickHouse, asked: Page) -> dict[str, Any]:
    """One row more than asked for is read, to know whether there is a next page."""
    question = asked.question
    rows = await ask_once(reader, lambda final: _statement(asked, final))
    shown = rows[: question.limit]
    more = len(rows) > question.limit
    return {
        "scans": [_scan(row, question) for row in shown],
        "next_cursor": write_cursor(shown[-1][:3]) if more else None,
    }


def _statement(asked: Page, final: bool) -> Statement:
    question, bound = asked.question, Bound()
    scans = from_scans(question, [question.span], bound, final)
    if asked.after:
        ms, journal, seq = (bound.add(part, kind) for part, kind in _typed(asked.after))
        scans += (
            f" AND ts <= fromUnixTimestamp64Milli({ms}, 'UTC') AND "
            f"(toUnixTimestamp64Milli(ts), journal, seq) < ({ms}, {journal}, {seq})"
        )
    sql = (
        f"SELECT toUnixTimestamp64Milli(ts), journal, seq, {', '.join(SHOWN)} {scans} "
        f"ORDER BY ts DESC, journal DESC, seq DESC "
        f"LIMIT {bound.add(question.limit + 1, 'UInt32')}"
    )
    return sql, bound.values


def _typed(place: Place) -> list[tuple[int, str]]:
    return list(zip(place, ("Int64", "UInt64", "UInt64"), strict=True))


def _scan(row: Sequence[Any], question: Question) -> dict[str, Any]:
    ms, journal, seq, *values = row
    shown = dict(zip(SHOWN, values, strict=True))
    return {"id": f"{journal:016x}-{seq}", "time": label(ms, question.zone), **shown}


def write_cursor(place: Sequence[int]) -> str:
    return urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def read_cursor(value: Any) -> Place:
    """The workspace is not in it: a cursor only moves within what its asker may see."""
    try:
        padded = value + "=" * (-len(value) % 4)
        ms, journal, seq = msgspec.json.decode(urlsafe_b64decode(padded), type=Place)
        if 0 <= ms < 1 << 47 and 0 <= journal < 1 << 64 and 0 <= seq < 1 << 64:
            return ms, journal, seq
    except (ValueError, TypeError):
        pass
    raise Refused("is not a cursor of this log", "bad_cursor")
