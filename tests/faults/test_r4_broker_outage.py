"""R4: a broker that is away for a while loses nothing, and costs the edge no memory."""

import os
import time
from pathlib import Path

import pytest

from tests.fixtures.broker import Broker, broker_environment
from tests.fixtures.edge import (
    code,
    edge_process,
    journaled,
    killed_at_end,
    put,
    replicate_process,
    slugs,
)
from tests.fixtures.load import Load, under_load
from tests.fixtures.processes import Child
from tests.fixtures.scans import arriving, kafka_settings
from tests.fixtures.wait import eventually

FLAT_BYTES = 16 * 1024 * 1024
RATE = 500.0
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


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
                memory = [resident(edge.child), resident(replicate)]
                own_broker.pause()
                until = time.monotonic() + seconds
                await eventually(lambda: time.monotonic() > until, within=seconds + 5)
                grown = [resident(edge.child) - memory[0], resident(replicate) - memory[1]]
                own_broker.resume()
            back = time.monotonic()
            await eventually(lambda: len(arrived.distinct()) >= len(load.answered), within=180)
            drained = time.monotonic() - back
        repeats = len(arrived.events) - len(arrived.distinct())
        print(f"away {seconds} s: {len(load.answered)} scans, drained in {drained:.1f} s, "
              f"{repeats} sent twice, grown {[size // 1024 for size in grown]} KiB")  # fmt: skip
    assert not load.failed
    assert len(arrived.distinct()) == len(load.answered) == len(journaled(data))
    assert {int(event.ua) for event in arrived.events} == set(load.answered)
    assert max(grown) < FLAT_BYTES


def resident(child: Child) -> int:
    """Bytes of memory in use."""
    pages = Path(f"/proc/{child.pid}/statm").read_text().split()[1]
    return int(pages) * PAGE_BYTES
