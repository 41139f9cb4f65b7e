"""Asks a question and shapes the answer: every bucket there, the rest told, labels in the zone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import product
from typing import Any

from qz_analytics.clickhouse import ClickHouse, Row
from qz_analytics.query.dimensions import DIMENSIONS
from qz_analytics.query.metrics import METRICS, MOMENTS
from qz_analytics.query.once import ask_once
from qz_analytics.query.plan import Plan, can_roll, plan, plan_raw
from qz_analytics.query.question import Question
from qz_analytics.query.sql import raw_statement, rolled_statement
from qz_analytics.query.zones import day_start, label
from qz_analytics.rollup_periods import made
from qz_common.clock import from_ms, to_ms

Answer = dict[str, Any]
Key = tuple[Any, ...]
CLOCK_VALUES = {"hour_of_day": range(24), "weekday": range(1, 8)}


@dataclass(frozen=True, slots=True)
class Found:
    """What the store said: `rows` by (kept, groups, times)."""

    plan: Plan
    totals: Row
    rows: dict[tuple[bool, Key, Key], Row]


async def answer(reader: ClickHouse, question: Question) -> Answer:
    found = await find(reader, question)
    result: Answer = {"rows": shape(found)}
    if "totals" in question.include:
        result["totals"] = _metrics(question, found.totals)
    if "time_labels" in question.include and question.bucket:
        result["time_labels"] = [label(ms, question.zone) for ms in found.plan.edges]
    if question.compare:
        before = await find(reader, earlier(question))
        result["comparison"] = {
            "from": label(before.plan.question.span.start_ms, question.zone),
            "to": label(before.plan.question.span.end_ms, question.zone),
            "rows": shape(before),
            "totals": _metrics(question, before.totals),
        }
    return result


async def find(reader: ClickHouse, question: Question) -> Found:
    chosen = await choose(reader, question)
    told = await _rows(reader, chosen)
    width = 2 + len(question.dimensions)
    found = Found(chosen, _nothing(question), {})
    for row in told:
        values = row[len(row) - len(question.metrics) :]
        if row[0]:
            found = replace(found, totals=values)
            if len(row) == width + len(question.metrics) == 2 + len(question.metrics):
                found.rows[(True, (), ())] = values
        else:
            times = tuple(row[width : len(row) - len(question.metrics)])
            found.rows[(bool(row[1]), tuple(row[2:width]), times)] = values
    if any(DIMENSIONS[name].many for name in question.dimensions):
        alone = replace(question, dimensions=(), bucket="", clock_parts=(), order_by=())
        found = replace(found, totals=(await find(reader, alone)).totals)
    return found


async def _rows(reader: ClickHouse, chosen: Plan) -> list[Row]:
    if chosen.rolled:
        return await reader.rows(*rolled_statement(chosen))
    return await ask_once(reader, lambda final: raw_statement(chosen, final))


async def choose(reader: ClickHouse, question: Question) -> Plan:
    if not can_roll(question):
        return plan_raw(question)
    first, end = question.span.start_ms // 1000, question.span.end_ms // 1000
    days = await made(reader, "day", first, end)
    hours = await made(reader, "hour", first, end)
    return plan(question, hours, days)


def shape(found: Found) -> list[Answer]:
    question = found.plan.question
    rows = [
        {
            **({} if kept else {"rest": True}),
            **dict(zip(question.dimensions, groups, strict=True)),
            **_times(question, times),
            **_metrics(question, found.rows.get((kept, groups, times), _nothing(question))),
        }
        for kept, groups, times in _keys(found)
    ]
    for name, direction in reversed(_order(question)):
        _sort(rows, name, direction == "desc")
    return sorted(rows, key=lambda row: "rest" in row) if not question.bucket else rows


def earlier(question: Question) -> Question:
    """The same question of the span before, or of the same dates a year before."""
    span = question.span
    if question.compare == "previous_period":
        moved = replace(span, start_ms=2 * span.start_ms - span.end_ms, end_ms=span.start_ms)
    else:
        start, end = (_year_before(ms, question) for ms in (span.start_ms, span.end_ms))
        moved = replace(span, start_ms=start, end_ms=end)
    return replace(question, span=moved, compare="")


def _keys(found: Found) -> Iterator[tuple[bool, Key, Key]]:
    """Every group at every time, whether it had scans or not."""
    question = found.plan.question
    groups = dict.fromkeys((kept, group) for kept, group, _ in found.rows)
    if not question.dimensions:
        groups = {(True, ()): None}
    times = [found.plan.edges] if question.bucket else []
    times += [tuple(CLOCK_VALUES[name]) for name in question.clock_parts]
    for (kept, group), moment in product(groups, product(*times)):
        yield kept, group, moment


def _times(question: Question, times: Key) -> Answer:
    names = [*(["time"] if question.bucket else []), *question.clock_parts]
    shown = dict(zip(names, times, strict=True))
    if question.bucket:
        shown["time"] = label(shown["time"], question.zone)
    return shown


def _metrics(question: Question, values: Iterable[Any]) -> Answer:
    return {
        name: label(value, question.zone) if name in MOMENTS and value is not None else value
        for name, value in zip(question.metrics, values, strict=True)
    }


def _nothing(question: Question) -> Row:
    return tuple(METRICS[name].empty for name in question.metrics)


def _order(question: Question) -> list[tuple[str, str]]:
    times = [*(["time"] if question.bucket else []), *question.clock_parts]
    return [
        *question.order_by,
        *((name, "asc") for name in times),
        (question.metrics[0], "desc"),
        *((name, "asc") for name in question.dimensions),
    ]


def _sort(rows: list[Answer], name: str, down: bool) -> None:
    """Unknown values last, whichever way."""
    known = [row for row in rows if row[name] is not None]
    known.sort(key=lambda row: row[name], reverse=down)
    rows[:] = known + [row for row in rows if row[name] is None]


def _year_before(ms: int, question: Question) -> int:
    local = from_ms(ms).astimezone(question.zone)
    try:
        earlier = local.replace(year=local.year - 1)
    except ValueError:  # 29 February
        earlier = local.replace(year=local.year - 1, day=28)
    if local.time() == datetime.min.time():
        return to_ms(day_start(earlier.date(), question.zone))
    return to_ms(earlier.astimezone(UTC))
