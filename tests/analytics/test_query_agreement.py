"""Numbers agree: totals, series and breakdowns of random questions equal an oracle's."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from qz_analytics.clickhouse import ClickHouse
from qz_analytics.ingest import periods, rollups
from qz_analytics.query.question import Branch, Filter, Leaf, Question
from qz_analytics.query.run import answer
from qz_analytics.query.summary import TOTALS, Summary, summary
from qz_analytics.query.zones import Span
from qz_common.clock import FrozenClock
from qz_common.events import ScanEvent
from tests.analytics import oracle
from tests.analytics.stored import new_metrics, opened, reading_from, store_events

SCANS = 3_000
QUESTIONS_PER_ZONE = 4
CLOSED = FrozenClock(datetime(2026, 11, 20, tzinfo=UTC))


async def test_random_questions_in_thirty_zones_equal_the_oracle(stores: str) -> None:
    rng = random.Random(20261121)
    events = oracle.random_events(rng, SCANS) + oracle.random_events(rng, 200, "ws_other")
    async with opened(stores) as writer, reading_from(stores) as reader:
        await _store_with_rollups(writer, events, rng)
        for zone in oracle.ZONES:
            for _ in range(QUESTIONS_PER_ZONE):
                await _check(reader, events, _random_question(rng, ZoneInfo(zone)))


async def test_summary_agrees_with_itself_and_with_the_oracle(stores: str) -> None:
    rng = random.Random(7)
    events = oracle.random_events(rng, 1_500)
    async with opened(stores) as writer, reading_from(stores) as reader:
        await store_events(writer, events)
        for zone in oracle.ZONES[::3]:
            await _check_summary(reader, events, _random_question(rng, ZoneInfo(zone)))


async def _store_with_rollups(
    writer: ClickHouse, events: Sequence[ScanEvent], rng: random.Random
) -> None:
    """Twice the same rows, as after a zombie; rollups made, and some hours open again."""
    await store_events(writer, events)
    await store_events(writer, events[:100])
    await rollups.make_due(writer, CLOSED, new_metrics())
    first = int(oracle.FIRST.timestamp()) // 3600
    hours = {first + rng.randrange(oracle.DAYS * 24) for _ in range(20)}
    await periods.reopen(writer, hours, CLOSED.now() + timedelta(seconds=1))


def _random_question(rng: random.Random, zone: ZoneInfo) -> Question:
    dimensions = rng.sample(sorted(oracle.DIMENSIONS), rng.choice((0, 0, 1, 2)))
    if rng.random() < 0.2:
        dimensions = ["verdict"]
    return Question(
        workspace="ws_1",
        span=_random_span(rng),
        zone=zone,
        metrics=("scans", "visitors"),
        bucket=rng.choice(("", "hour", "day", "week", "month")),
        dimensions=tuple(dimensions),
        filter=Branch("and", _random_filters(rng)),
        verdicts=rng.choice((("human",), (), ("bot",))),
        limit=rng.choice((2, 5, 1_000)),
        include=frozenset({"totals"}),
    )


def _random_span(rng: random.Random) -> Span:
    start = oracle.FIRST + timedelta(hours=rng.randrange(-30, oracle.DAYS * 24))
    end = start + timedelta(hours=rng.randrange(1, oracle.DAYS * 24))
    if rng.random() < 0.5:
        start += timedelta(minutes=rng.randrange(60), milliseconds=rng.randrange(1000))
        end += timedelta(minutes=rng.randrange(60))
    return Span(int(start.timestamp() * 1000), int(end.timestamp() * 1000))


def _random_filters(rng: random.Random) -> tuple[Filter, ...]:
    country = Leaf("is", "country", ("DE", ""))
    city = Leaf("contains", "city", ("city 1", "9"))
    mail = Leaf("is", "utm_source", ("mail",))
    some: tuple[Filter, ...] = (
        country,
        Branch("not", (city,)),
        Branch("or", (mail, Branch("and", (country, city)))),
    )
    return tuple(rng.sample(some, rng.choice((0, 0, 1, 2))))


async def _check(reader: ClickHouse, events: Sequence[ScanEvent], question: Question) -> None:
    found = await answer(reader, question)
    expected = oracle.matching(events, question)
    assert found["totals"] == oracle.counts(expected), question
    rows = found["rows"]
    assert sum(row["scans"] for row in rows) == len(expected), question
    shown = [row for row in rows if "rest" not in row]
    known = oracle.grouped(expected, question.dimensions, question.bucket, question.zone)
    for row in shown:
        mine = known.get(_place(row, question), [])
        assert {name: row[name] for name in question.metrics} == oracle.counts(mine), question
    _check_top(shown, expected, question)


def _place(row: dict[str, Any], question: Question) -> tuple[str, ...]:
    values = tuple(row[name] for name in question.dimensions)
    if not question.bucket:
        return values
    return (*values, oracle.label_of(row["time"], question.bucket, question.zone))


def _check_top(
    shown: Sequence[dict[str, Any]], expected: Sequence[ScanEvent], question: Question
) -> None:
    """No group that is left to the rest is larger than one that is shown."""
    if not question.dimensions:
        return
    known = oracle.grouped(expected, question.dimensions)
    groups = {tuple(row[name] for name in question.dimensions) for row in shown}
    assert len(groups) == min(question.limit, len(known)), question
    smallest = min((len(known[group]) for group in groups), default=0)
    assert all(len(mine) <= smallest for group, mine in known.items() if group not in groups)


async def _check_summary(
    reader: ClickHouse, events: Sequence[ScanEvent], question: Question
) -> None:
    asked = Question(
        workspace="ws_1",
        span=question.span,
        zone=question.zone,
        bucket=question.bucket or "day",
        filter=question.filter,
        verdicts=question.verdicts,
        limit=3,
        metrics=TOTALS,
    )
    found = await summary(reader, Summary(asked, tuple(sorted(oracle.DIMENSIONS))))
    expected = oracle.matching(events, asked)
    total = found["totals"]["scans"]
    assert total == len(expected)
    assert found["totals"] == {**oracle.counts(expected), **oracle.ends(expected, asked.zone)}
    assert sum(point["scans"] for point in found["series"]) == total
    by_time = oracle.grouped(expected, (), asked.bucket, asked.zone)
    for point in found["series"]:
        label = oracle.label_of(point["time"], asked.bucket, asked.zone)
        assert point["visitors"] == oracle.counts(by_time.get((label,), []))["visitors"]
    for name, shown in found["breakdowns"].items():
        known = oracle.grouped(expected, [name])
        assert sum(entry["scans"] for entry in shown) == total, name
        for entry in shown:
            if "rest" not in entry:
                assert entry["scans"] == len(known[(entry["value"],)])


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-10-25", 25),
        ("Europe/Berlin", "2026-03-29", 23),
        ("America/New_York", "2026-11-01", 25),
        ("America/Havana", "2026-03-08", 23),
        ("Asia/Kolkata", "2026-10-25", 24),
        ("Africa/Cairo", "2026-04-24", 23),
    ],
)
async def test_a_day_has_as_many_hours_as_the_clock_shows(
    stores: str, zone: str, day: str, hours: int
) -> None:
    start = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))
    end = (start + timedelta(days=1)).astimezone(UTC)
    span = Span(int(start.timestamp() * 1000), int(end.timestamp() * 1000))
    question = Question(workspace="ws_1", span=span, zone=ZoneInfo(zone), bucket="hour")
    async with reading_from(stores) as reader:
        rows = (await answer(reader, question))["rows"]
    assert len(rows) == hours
    assert {row["scans"] for row in rows} == {0}
    assert len({row["time"] for row in rows}) == hours
