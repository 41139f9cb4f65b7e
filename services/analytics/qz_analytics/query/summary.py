"""Totals, series and the top of every dimension in one answer, from one statement.

All of it is of the same instant, so total, series and each breakdown with its rest agree while
scans come in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from qz_analytics.clickhouse import ClickHouse, Row
from qz_analytics.query.dimensions import DIMENSIONS
from qz_analytics.query.filters import leaf
from qz_analytics.query.metrics import METRICS
from qz_analytics.query.once import Statement, ask_once
from qz_analytics.query.parse import MODES, Reader, check, one_of, read_limit, read_verdicts, text
from qz_analytics.query.plan import plan_raw
from qz_analytics.query.question import MAX_VALUES, Branch, Filter, Question
from qz_analytics.query.ranges import read_range, read_zone
from qz_analytics.query.refused import Refused
from qz_analytics.query.sql import RAW_COLUMNS, TS_MS, Bound, bucket_of, from_scans
from qz_analytics.query.zones import BUCKETS, label

SHOWN = (
    "country", "region", "city", "device", "os", "browser", "language", "referrer", "source",
    "scan_method", "destination", "variant", "link", "code",
)  # fmt: skip
TOTALS = ("scans", "visitors", "ips", "first_scan_at", "last_scan_at")
COUNTED = ("scans", "visitors")
SCOPES = ("link", "code", "campaign")
FIELDS = frozenset(
    ["workspace", "mode", "scope", "from", "to", "interval", "timezone", "limit", "verdicts"]
)
DEFAULT_LIMIT = 10


@dataclass(frozen=True, slots=True)
class Summary:
    question: Question
    shown: tuple[str, ...]


def read_summary(body: object, now: datetime) -> Summary:
    reader = Reader(body, FIELDS)
    zone = reader.read("timezone", read_zone, read_zone("UTC"))
    ends = {name: reader.body[name] for name in ("from", "to") if reader.body.get(name)}
    try:
        span = read_range(ends or "30d", zone, now)
    except Refused as refused:
        reader.refuse(refused.below.strip("/") or "from", refused.code, str(refused))
        span = read_range("30d", zone, now)
    scope: tuple[Filter, ...] = reader.read("scope", _scope, ())
    question = Question(
        workspace=reader.read("workspace", text, ""),
        mode=reader.read("mode", one_of(MODES), "live"),
        metrics=TOTALS,
        bucket=reader.read("interval", one_of(BUCKETS), "day"),
        filter=Branch("and", scope),
        span=span,
        zone=zone,
        verdicts=reader.read("verdicts", read_verdicts, ("human",)),
        limit=reader.read("limit", read_limit, DEFAULT_LIMIT),
    )
    check(reader, question)
    return Summary(question, SHOWN)


async def summary(reader: ClickHouse, asked: Summary) -> dict[str, Any]:
    question = asked.question
    plan = plan_raw(question)
    rows = await ask_once(reader, lambda final: _statement(asked, plan.edges, final))
    sets = _by_set(rows, asked)
    total = sets.get("", [_nothing()])[0]
    return {
        "totals": {
            name: label(value, question.zone) if name.endswith("_at") and value else value
            for name, value in zip(TOTALS, total[-len(TOTALS) :], strict=True)
        },
        "series": _series(sets.get("b", []), plan.edges, question),
        "breakdowns": {
            name: _breakdown(sets.get(name, []), total[-len(TOTALS)], question.limit)
            for name in asked.shown
        },
    }


def _statement(asked: Summary, edges: Sequence[int], final: bool) -> Statement:
    """Sets are told apart by which of their keys is not grouped away."""
    question, bound = asked.question, Bound()
    keys = [f"d{at}" for at in range(len(asked.shown))]
    columns = [
        f"{DIMENSIONS[name].sql} AS {key}" for name, key in zip(asked.shown, keys, strict=True)
    ]
    rows = (
        f"SELECT {', '.join(columns)}, {bucket_of(TS_MS, edges, bound)} AS b, {RAW_COLUMNS} "
        f"{from_scans(question, [question.span], bound, final)}"
    )
    metrics = [f"{METRICS[name].raw} AS m{at}" for at, name in enumerate(TOTALS)]
    sets = ", ".join(f"({key})" for key in ["b", *keys])
    most = bound.add(max(len(edges), question.limit), "UInt32")
    sql = (
        f"SELECT grouping(b, {', '.join(keys)}) AS which, b, {', '.join([*keys, *metrics])} "
        f"FROM ({rows}) GROUP BY GROUPING SETS ((), {sets}) "
        f"ORDER BY which, m0 DESC, {', '.join(keys)} LIMIT {most} BY which"
    )
    return sql, bound.values


def _by_set(rows: Sequence[Row], asked: Summary) -> dict[str, list[Row]]:
    """Rows as (value, metrics …) by the dimension they are grouped by; `b` time, none total."""
    names = ["b", *asked.shown]
    everything = (1 << len(names)) - 1
    sets: dict[str, list[Row]] = {}
    for which, *rest in rows:
        keys, metrics = rest[: len(names)], rest[len(names) :]
        if which == everything:
            sets[""] = [(None, *metrics)]
            continue
        at = next(at for at in range(len(names)) if not which >> (len(names) - 1 - at) & 1)
        sets.setdefault(names[at], []).append((keys[at], *metrics))
    return sets


def _series(rows: Sequence[Row], edges: Sequence[int], question: Question) -> list[dict[str, Any]]:
    found = {row[0]: row for row in rows}
    empty: Row = (None, *_nothing()[-len(TOTALS) :])
    return [
        {"time": label(edge, question.zone), **_counts(found.get(edge, empty))} for edge in edges
    ]


def _breakdown(rows: Sequence[Row], total: int, limit: int) -> list[dict[str, Any]]:
    """The largest first, then what is left of the total as `rest`."""
    shown = [{"value": row[0], **_counts(row)} for row in rows[:limit] if row[1]]
    rest = total - sum(entry["scans"] for entry in shown)
    if rest:
        shown.append({"value": None, "scans": rest, "visitors": None, "rest": True})
    return shown


def _counts(row: Row) -> dict[str, Any]:
    return dict(zip(COUNTED, row[1 : 1 + len(COUNTED)], strict=True))


def _nothing() -> Row:
    return (None, *(METRICS[name].empty for name in TOTALS))


def _scope(value: Any) -> tuple[Filter, ...]:
    """`{"link": [ids]}` and the like; an empty list matches nothing, and is refused."""
    if not isinstance(value, dict) or not value.keys() <= set(SCOPES):
        raise Refused(f"must name {', '.join(SCOPES)}")
    for name, ids in value.items():
        if not isinstance(ids, list) or not 1 <= len(ids) <= MAX_VALUES:
            raise Refused(f"must be a list of 1 to {MAX_VALUES} ids", below=f"/{name}")
    return tuple(leaf("is", name, ids, f"/{name}") for name, ids in value.items())
