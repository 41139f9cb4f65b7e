"""R4: a broker that is away for a while loses nothing, and costs the edge no memory."""

import time
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
from tests.fixtures.processes import resident_kib
from tests.fixtures.scans import arriving, kafka_settings
from tests.fixtures.wait import eventually

FLAT_KIB = 16 * 1024
RATE = 500.0


@pytest.mark.parametrize("seconds", [4.0, pytest.param(600.0, marks=pytest.mark.slow)])
async def test_an_outage_loses_nothing(
    own_broker: Broker, topic_prefix: str, tmp_path: Path, seconds: float
) -> None:
    data = tmp_path / "data"
    put(data, slugs(plain=code()))
    replicate = replicate_process(tmp_path, data, broker_environment(own_broker, topic_prefix))
    edge = edge_process(tmp_path, data, "edge")
    with killed_at_end(edge.child, replicate):
        replicate.start()
        edge.child.start()
        load = Load(edge.port, rate=RATE)
        async with arriving(kafka_settings(own_broker, topic_prefix)) as arrived:
            async with under_load(load):
                await eventually(lambda: len(arrived.events) > RATE, within=30)
                pids = (edge.child.pid, replicate.pid)
                before = [resident_kib(pid) for pid in pids]
                own_broker.pause()
                until = time.monotonic() + seconds
                await eventually(lambda: time.monotonic() > until, within=seconds + 5)
                after = [resident_kib(pid) for pid in pids]
                own_broker.resume()
            back = time.monotonic()
            await eventually(lambda: len(arrived.distinct()) >= len(load.answered), within=180)
            drained = time.monotonic() - back
        grown = [now - then for now, then in zip(after, before, strict=True)]
        repeats = len(arrived.events) - len(arrived.distinct())
        print(f"away {seconds} s: {len(load.answered)} scans, drained in {drained:.1f} s, "
              f"{repeats} sent twice, grown {grown} KiB")  # fmt: skip
    assert not load.failed
    assert len(arrived.distinct()) == len(load.answered)
    assert {int(event.ua) for event in arrived.events} == set(load.answered)
    assert max(grown) < FLAT_KIB
