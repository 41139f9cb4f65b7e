"""A plan as SQL: names come from our tables, every value is a bound parameter.

One statement answers the rows and their total, so both are of the same instant and always agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from qz_analytics.query.dimensions import DIMENSIONS
from qz_analytics.query.metrics import METRICS
from qz_analytics.query.once import Statement, no_overlaps
from qz_analytics.query.plan import Plan
from qz_analytics.query.question import Branch, Filter, Leaf, Question
from qz_analytics.query.zones import Span, offsets

TS_MS = "toUnixTimestamp64Milli(ts)"
RAW_COLUMNS = "kind, visitor, ip_hash, link, ts"


@dataclass(slots=True)
class Bound:
    """Values by the names they are bound to."""

    values: dict[str, object] = field(default_factory=dict)

    def add(self, value: object, kind: str) -> str:
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"{{{name}:{kind}}}"

    def text(self, value: str) -> str:
        return self.add(value, "String")


def where(question: Question, spans: Sequence[Span], bound: Bound, column: str = "ts") -> str:
    """The wall between workspaces comes first, always."""
    parts = [
        f"workspace = {bound.add(question.workspace, 'String')}",
        f"mode = {bound.add(question.mode, 'String')}",
        within(column, spans, bound),
    ]
    if column == "ts" and "presses" not in question.metrics:
        parts.append("kind = 'scan'")
    if question.verdicts:
        parts.append(f"verdict IN {bound.add(list(question.verdicts), 'Array(String)')}")
    if question.filter.parts:
        parts.append(condition(question.filter, bound))
    return " AND ".join(parts)


def from_scans(question: Question, spans: Sequence[Span], bound: Bound, final: bool) -> str:
    """Each scan once, either way."""
    limits = where(question, spans, bound)
    if final:
        return f"FROM scans FINAL WHERE {limits}"
    return f"FROM scans WHERE {limits} AND {no_overlaps(spans, bound.text)}"


def within(column: str, spans: Sequence[Span], bound: Bound) -> str:
    ends = [
        f"({column} >= fromUnixTimestamp64Milli({bound.add(span.start_ms, 'Int64')}, 'UTC') AND "
        f"{column} < fromUnixTimestamp64Milli({bound.add(span.end_ms, 'Int64')}, 'UTC'))"
        for span in spans
    ]
    return f"({' OR '.join(ends)})"


def condition(part: Filter, bound: Bound) -> str:
    if isinstance(part, Leaf):
        return _leaf(part, bound)
    inner = [condition(child, bound) for child in part.parts]
    return f"NOT ({inner[0]})" if part.operator == "not" else _joined(part, inner)


def bucket_of(milliseconds: str, edges: Sequence[int], bound: Bound) -> str:
    return f"roundDown({milliseconds}, {bound.add(list(edges), 'Array(Int64)')})"


def raw_statement(plan: Plan, final: bool) -> Statement:
    bound, question = Bound(), plan.question
    groups = [f"d{at}" for at in range(len(question.dimensions))]
    columns = [
        *(
            f"{DIMENSIONS[name].sql} AS {group}"
            for name, group in zip(question.dimensions, groups, strict=True)
        ),
        *_time_columns(plan, bound),
        RAW_COLUMNS,
    ]
    rows = f"SELECT {', '.join(columns)} {from_scans(question, plan.raw, bound, final)}"
    counted = {name: METRICS[name].raw for name in question.metrics}
    return _grouped(question, rows, groups, counted, bound), bound.values


def rolled_statement(plan: Plan) -> Statement:
    """Only `verdict` and `mode` may be asked as dimensions here; `can_roll` sees to it."""
    bound, question = Bound(), plan.question
    groups = [f"d{at}" for at in range(len(question.dimensions))]
    parts = [
        _rollup(plan, "workspace_daily", "day", plan.days, bound),
        _rollup(plan, "workspace_hourly", "hour", plan.hours, bound),
        _raw_states(plan, bound),
    ]
    rows = " UNION ALL ".join(part for part in parts if part)
    counted = {name: METRICS[name].rolled for name in question.metrics}
    return _grouped(question, rows, groups, counted, bound), bound.values


def _rollup(plan: Plan, table: str, column: str, spans: Sequence[Span], bound: Bound) -> str:
    if not spans:
        return ""
    columns = [
        *(f"{name} AS d{at}" for at, name in enumerate(plan.question.dimensions)),
        *_bucket_column(plan, f"toInt64(toUnixTimestamp({column})) * 1000", bound),
        "scans AS n",
        "visitors AS state",
    ]
    limits = where(plan.question, spans, bound, column)
    return f"SELECT {', '.join(columns)} FROM {table} FINAL WHERE {limits} AND scans > 0"


def _raw_states(plan: Plan, bound: Bound) -> str:
    """Few hours of a large table: taken once by identity, which costs less than FINAL there."""
    if not plan.raw:
        return ""
    keys = [
        *(f"{name} AS d{at}" for at, name in enumerate(plan.question.dimensions)),
        *_bucket_column(plan, TS_MS, bound),
    ]
    names = [key.rsplit(" AS ", 1)[1] for key in keys]
    counts = "count() AS n, uniqCombined64StateIf(14)(visitor, visitor != 0) AS state"
    grouped = f" GROUP BY {', '.join(names)}" if names else ""
    once = (
        f"SELECT ts, mode, verdict, visitor FROM scans "
        f"WHERE {where(plan.question, plan.raw, bound)} LIMIT 1 BY journal, seq"
    )
    return f"SELECT {', '.join([*keys, counts])} FROM ({once}){grouped}"


def _grouped(
    question: Question, rows: str, groups: list[str], counted: dict[str, str], bound: Bound
) -> str:
    """Total first: `total, kept, groups …, times …, metrics …`."""
    times = [*(["b"] if question.bucket else []), *question.clock_parts]
    metrics = [f"{sql} AS m{at}" for at, sql in enumerate(counted.values())]
    if not groups and not times:
        return f"SELECT 1 AS total, 1 AS kept, {', '.join(metrics)} FROM ({rows})"
    keys = ["kept", *(f"g{at}" for at in range(len(groups))), *times]
    source = _with_rest(question, rows, groups, counted, bound)
    return (
        f"SELECT grouping(kept) AS total, {', '.join([*keys, *metrics])} FROM ({source}) "
        f"GROUP BY GROUPING SETS ((), ({', '.join(keys)}))"
    )


def _with_rest(
    question: Question, rows: str, groups: list[str], counted: dict[str, str], bound: Bound
) -> str:
    """Groups beyond the limit become one, the rest."""
    if not groups:
        return f"SELECT *, toUInt8(1) AS kept FROM ({rows})"
    names = ", ".join(groups)
    order = ", ".join(_order(question, groups, counted))
    top = (
        f"SELECT {names} FROM ({rows}) GROUP BY {names} "
        f"ORDER BY {order} LIMIT {bound.add(question.limit, 'UInt32')}"
    )
    shown = [f"if(kept, {group}, '') AS g{at}" for at, group in enumerate(groups)]
    return f"SELECT *, ({names}) IN ({top}) AS kept, {', '.join(shown)} FROM ({rows})"


def _order(question: Question, groups: list[str], counted: dict[str, str]) -> list[str]:
    """Which groups are the top ones; by name where all else is equal."""
    places = dict(zip(question.dimensions, groups, strict=True))
    order = [
        f"{counted.get(name) or places[name]} {direction}"
        for name, direction in question.order_by
        if name in counted or name in places
    ]
    return [*order, f"{next(iter(counted.values()))} DESC", *groups]


def _time_columns(plan: Plan, bound: Bound) -> list[str]:
    columns = _bucket_column(plan, TS_MS, bound)
    if plan.question.clock_parts:
        local = _local_ms(plan.question, bound)
        parts = {
            "hour_of_day": f"toUInt8(intDiv({local}, 3600000) % 24) AS hour_of_day",
            "weekday": f"toUInt8((intDiv({local}, 86400000) + 3) % 7 + 1) AS weekday",
        }
        columns += [parts[name] for name in plan.question.clock_parts]
    return columns


def _bucket_column(plan: Plan, milliseconds: str, bound: Bound) -> list[str]:
    if not plan.question.bucket:
        return []
    return [f"{bucket_of(milliseconds, plan.edges, bound)} AS b"]


def _local_ms(question: Question, bound: Bound) -> str:
    """What the clock on the wall shows, as if it were UTC."""
    starts, values = offsets(question.span, question.zone)
    since = bound.add(starts, "Array(Int64)")
    return (
        f"({TS_MS} + transform(roundDown({TS_MS}, {since}), {since}, "
        f"{bound.add(values, 'Array(Int64)')}, toInt64(0)))"
    )


def _joined(part: Branch, inner: Sequence[str]) -> str:
    return "(" + f" {part.operator.upper()} ".join(inner) + ")"


def _leaf(leaf: Leaf, bound: Bound) -> str:
    dimension = DIMENSIONS[leaf.dimension]
    values = bound.add(list(leaf.values), "Array(String)")
    if leaf.operator == "is":
        return (
            f"hasAny({dimension.many}, {values})"
            if dimension.many
            else f"{dimension.sql} IN {values}"
        )
    found = "multiSearchAnyCaseInsensitiveUTF8"
    if dimension.many:
        return f"arrayExists(one -> {found}(one, {values}), {dimension.many})"
    return f"{found}({dimension.sql}, {values})"
