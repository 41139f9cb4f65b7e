"""A scan is counted once while it lies in two parts, and FINAL is only paid for when it may."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from qz_analytics.clickhouse import ClickHouse
from qz_analytics.query import once
from qz_analytics.query.plan import plan_raw
from qz_analytics.query.question import Question
from qz_analytics.query.run import answer
from qz_analytics.query.scans import Page, page
from qz_analytics.query.sql import raw_statement
from qz_analytics.query.summary import Summary, summary
from qz_analytics.query.zones import Span
from qz_common.events import ScanEvent
from tests.analytics import oracle
from tests.analytics.scans import scan
from tests.analytics.stored import opened, reading_from, store_events

FROM_MS = int(oracle.FIRST.timestamp() * 1000)
MINUTE_MS = 60_000
ANSWERS = 30
QUESTION = Question(
    workspace="ws_1",
    span=Span(FROM_MS, FROM_MS + 30 * 86_400_000),
    zone=ZoneInfo("UTC"),
    metrics=("scans", "visitors"),
    dimensions=("country",),
    include=frozenset({"totals"}),
    limit=1_000,
)


def events(journal: int, first: int, count: int) -> list[ScanEvent]:
    """In the order of time, as an edge numbers them; they go over the end of October."""
    return [
        scan(journal=journal, seq=seq, ts_ms=FROM_MS + seq * 100 * MINUTE_MS, visitor=seq)
        for seq in range(first, first + count)
    ]


@pytest.fixture
async def writer(any_store: str) -> AsyncIterator[ClickHouse]:
    """A store whose parts stay as they were inserted."""
    async with opened(any_store) as store:
        await store.command("SYSTEM STOP MERGES scans")
        yield store
        await store.command("SYSTEM START MERGES scans")


@pytest.fixture
async def reader(any_store: str) -> AsyncIterator[ClickHouse]:
    async with reading_from(any_store) as store:
        yield store


async def asked_final(reader: ClickHouse) -> bool:
    asked: list[bool] = []
    plan = plan_raw(QUESTION)

    def statement(final: bool) -> once.Statement:
        asked.append(final)
        return raw_statement(plan, final)

    await once.ask_once(reader, statement)
    return asked[-1]


async def counts(reader: ClickHouse) -> list[int]:
    """The same scans, asked for in three ways."""
    told = await answer(reader, QUESTION)
    shown = await summary(reader, Summary(replace(QUESTION, bucket="day"), ("country", "city")))
    log = await page(reader, Page(QUESTION, None))
    return [told["totals"]["scans"], shown["totals"]["scans"], len(log["scans"])]


async def stored(writer: ClickHouse, *blocks: Sequence[ScanEvent]) -> None:
    for block in blocks:
        await store_events(writer, block)


async def test_blocks_in_the_order_of_their_journals_need_no_final(
    writer: ClickHouse, reader: ClickHouse
) -> None:
    await stored(writer, events(1, 1, 100), events(1, 101, 50) + events(2, 1, 9), events(2, 10, 1))
    assert await counts(reader) == [160] * 3
    assert not await asked_final(reader)


@pytest.mark.parametrize(
    ("again", "total"),
    [
        (events(1, 100, 1), 100),
        (events(1, 1, 100), 100),
        (events(1, 90, 20), 109),
        (events(1, 50, 1) + events(2, 1, 1), 101),
    ],
)
async def test_a_row_that_came_twice_is_counted_once(
    writer: ClickHouse,
    reader: ClickHouse,
    again: list[ScanEvent],
    total: int,
) -> None:
    await stored(writer, events(1, 1, 100), again)
    assert (await writer.rows("SELECT count() FROM scans"))[0][0] == 100 + len(again)
    assert await counts(reader) == [total] * 3
    assert await asked_final(reader)
    await writer.command("SYSTEM START MERGES scans")
    await writer.command("OPTIMIZE TABLE scans FINAL")
    assert await counts(reader) == [total] * 3
    assert not await asked_final(reader)


async def test_a_late_row_in_a_hole_is_counted(writer: ClickHouse, reader: ClickHouse) -> None:
    whole = events(1, 1, 40)
    await stored(writer, whole[:20] + whole[21:], [whole[20]])
    assert await counts(reader) == [40] * 3


async def test_doubles_of_other_months_cost_nothing(writer: ClickHouse, reader: ClickHouse) -> None:
    march = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1000)
    twice = [scan(journal=3, seq=1, ts_ms=march)]
    await stored(writer, events(1, 1, 10), twice, twice)
    assert await counts(reader) == [10] * 3
    assert not await asked_final(reader)


async def test_an_older_clickhouse_is_always_asked_with_final(
    writer: ClickHouse, reader: ClickHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(once, "ONE_SNAPSHOT", "a setting that came later")
    await stored(writer, events(1, 1, 10), events(1, 10, 1))
    assert await counts(reader) == [10] * 3
    assert await asked_final(reader)


async def test_answers_are_exact_while_rows_are_doubled_and_merged(stores: str) -> None:
    """Doubles come and go before, in and after each statement; no answer has one."""
    whole, asked = events(1, 1, 200), 0

    async def double(writer: ClickHouse) -> None:
        rng = random.Random(7)
        while asked < ANSWERS:
            at = rng.randrange(150)
            await store_events(writer, whole[at : at + 50])
            await writer.command("OPTIMIZE TABLE scans FINAL")

    async with opened(stores) as writer, reading_from(stores) as reader:
        await stored(writer, whole)
        doubling = asyncio.create_task(double(writer))
        while asked < ANSWERS:
            assert await counts(reader) == [200] * 3
            asked += 1
        await doubling
