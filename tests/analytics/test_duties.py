"""What goes on beside the consumer goes on, whatever happened to it."""

import asyncio
from contextlib import suppress

import pytest

from qz_analytics.clickhouse import StoreAway
from qz_analytics.ingest.service import _every
from tests.fixtures.wait import eventually


@pytest.mark.parametrize(
    "failure", [StoreAway("away"), TimeoutError(), KeyError("a fault of ours")]
)
async def test_a_duty_that_failed_is_done_at_the_next_turn(failure: Exception) -> None:
    turns: list[str] = []

    async def first() -> None:
        turns.append("first")
        if turns == ["first"]:
            raise failure

    async def work() -> None:
        turns.append("work")
        if turns.count("work") == 1:
            raise failure

    duty = asyncio.create_task(_every(0.001, work, first))
    try:
        await eventually(lambda: turns.count("work") >= 3)
    finally:
        duty.cancel()
        with suppress(asyncio.CancelledError):
            await duty
    assert turns[:5] == ["first", "first", "work", "work", "work"]
