"""R2: a 302 that was sent is counted, once, however often the edge is killed."""

import asyncio
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from tests.fixtures.broker import Broker, broker_environment
from tests.fixtures.edge import (
    code,
    edge_process,
    killed_at_end,
    put,
    replicate_process,
    slugs,
)
from tests.fixtures.load import Load, under_load
from tests.fixtures.scans import Arrived, arriving, kafka_settings
from tests.fixtures.wait import eventually

SCANS_BETWEEN_KILLS = 100


@pytest.mark.parametrize("kills", [4, pytest.param(100, marks=pytest.mark.slow)])
async def test_every_answer_is_counted_once_over_kills(
    own_broker: Broker, topic_prefix: str, tmp_path: Path, kills: int
) -> None:
    data = tmp_path / "data"
    put(data, slugs(plain=code()))
    replicate = replicate_process(tmp_path, data, broker_environment(own_broker, topic_prefix))
    edge = edge_process(tmp_path, data, "edge")
    load = Load(edge.port)
    with killed_at_end(edge.child, replicate):
        replicate.start()
        edge.child.start()
        async with arriving(kafka_settings(own_broker, topic_prefix)) as arrived:
            async with under_load(load):
                for _ in range(kills):
                    goal = len(load.answered) + SCANS_BETWEEN_KILLS
                    await eventually(partial(load.has_answered, goal), within=30)
                    edge.child.kill()
                    await asyncio.to_thread(edge.child.start)
            await eventually(lambda: not missing(load, arrived), within=60)
        events = {(event.journal, event.seq): event for event in arrived.events}
    counted = Counter(int(event.ua) for event in events.values())
    extra = sum(counted.values()) - len(load.answered)
    print(f"{kills} kills, {len(load.answered)} answered, {extra} counted beyond that")
    assert 0 <= extra <= kills * load.connections
    twice = {number for number, count in counted.items() if count > 1}
    assert twice <= set(load.retried)
    assert max(counted.values()) <= 2


def missing(load: Load, arrived: Arrived) -> set[int]:
    """What was answered and is not on the topic: the sender deletes what it has sent, so the
    journals can't say it."""
    return set(load.answered) - {int(event.ua) for event in arrived.events}
