"""R1: a redirect needs only its own disk.

Postgres and ClickHouse are not even known to an edge; the API is away in every test of this
folder. Here the broker and `replicate` go as well, and the edge is restarted in the meantime.
"""

import asyncio
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
from tests.fixtures.wait import eventually

P99_FACTOR = 1.5
ROUTES = slugs(plain=code(), other=code("lnk_2", location="https://example.com/other"))


@pytest.mark.parametrize(
    ("scans", "timed"), [(300, False), pytest.param(20_000, True, marks=pytest.mark.slow)]
)
async def test_everything_else_may_be_down_and_the_edge_restarted(
    own_broker: Broker, topic_prefix: str, tmp_path: Path, scans: int, timed: bool
) -> None:
    data = tmp_path / "data"
    put(data, ROUTES)
    replicate = replicate_process(tmp_path, data, broker_environment(own_broker, topic_prefix))
    edge = edge_process(tmp_path, data, "edge")
    with killed_at_end(edge.child, replicate):
        replicate.start()
        edge.child.start()
        before = await scan_for(edge.port, scans)
        own_broker.kill()
        replicate.kill()
        during = await scan_for(edge.port, scans)
        edge.child.kill()
        await asyncio.to_thread(edge.child.start)
        after = await scan_for(edge.port, scans)
    print(f"p99 ms: {before.p99_ms():.2f} before, {during.p99_ms():.2f}, {after.p99_ms():.2f}")
    for load in (before, during, after):
        assert not load.failed
        assert not load.errors
        assert set(load.answered.values()) == {
            "https://example.com/landing",
            "https://example.com/other",
        }
    answered = sum(len(load.answered) for load in (before, during, after))
    assert len(journaled(data)) == answered
    if timed:
        assert max(during.p99_ms(), after.p99_ms()) <= P99_FACTOR * before.p99_ms()


async def scan_for(port: int, scans: int) -> Load:
    async with under_load(Load(port, ("/plain", "/other"))) as load:
        await eventually(lambda: len(load.answered) >= scans, within=30 + scans / 100)
    return load
