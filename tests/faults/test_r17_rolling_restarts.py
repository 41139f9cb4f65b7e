"""R17: restarts drop nothing. Two edge processes share the port; one is replaced at a time.

A visitor does what browsers and proxies do (RFC 9110 9.2.2): a GET on a kept connection that was
closed before any answer is asked once more on a fresh one.
"""

import asyncio
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from deploy.embedded.backends import free_port
from tests.fixtures.edge import code, edge_process, journaled, killed_at_end, put, slugs
from tests.fixtures.load import Load, under_load
from tests.fixtures.wait import eventually


@pytest.mark.parametrize(
    ("restarts", "rate"), [(2, 300.0), pytest.param(20, 1000.0, marks=pytest.mark.slow)]
)
async def test_rolling_restarts_fail_no_request_and_lose_no_scan(
    tmp_path: Path, restarts: int, rate: float
) -> None:
    data, port = tmp_path / "data", free_port()
    put(data, slugs(plain=code()))
    edges = [
        edge_process(
            tmp_path, data, f"edge-{number}", port,
            REDIRECT_REUSE_PORT="true", REDIRECT_DRAIN_SECONDS="1",
        )
        for number in range(restarts + 1)
    ]  # fmt: skip
    load = Load(port, connections=16, rate=rate)
    with killed_at_end(*(edge.child for edge in edges)):
        edges[0].child.start()
        async with under_load(load):
            for old, new in pairwise(edges):
                await asyncio.to_thread(new.child.start)
                goal = len(load.answered) + rate / 2
                await eventually(partial(load.has_answered, goal), within=30)
                await asyncio.to_thread(old.child.stop)
        edges[-1].child.stop()
    print(f"{restarts} restarts, {len(load.answered)} answered, {len(load.retried)} asked twice")
    assert not load.failed
    assert not load.errors
    numbers = [int(event.ua) for event in journaled(data)]
    assert set(load.answered) <= set(numbers)
    assert len(numbers) - len(set(numbers)) <= len(load.retried)
