"""Readiness of analytics while the store hangs: told in time, and the store is not asked again and
again meanwhile."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest

from deploy.embedded.backends import HOST, free_port
from qz_analytics.migrate import migrate
from qz_analytics.pulse import pulse_of
from qz_analytics.settings import StoreSettings
from qz_common.health import Health
from tests.analytics.scans import Role
from tests.fixtures.processes import Child, answers
from tests.fixtures.wait import eventually_sync

PROBE_SECONDS = 6.0


@pytest.fixture
def own_clickhouse(tmp_path: Path) -> Iterator[tuple[Child, str]]:
    """A store over HTTP that a test may stop, and its DSN."""
    port = free_port()
    front = Child(
        "own-clickhouse",
        [sys.executable, "-m", "tests.fixtures.clickhouse_front", str(tmp_path / "ch"), str(port)],
        tmp_path,
        ready=answers(f"http://{HOST}:{port}/ping"),
        environment={"TZ": "UTC"},
    )
    front.start()
    yield front, f"http://{HOST}:{port}/default"
    front.kill()


@pytest.mark.parametrize(("word", "check"), [("consume", "store"), ("query", "reader")])
def test_a_probe_is_answered_while_the_store_hangs(
    start_analytics: Callable[..., Role], own_clickhouse: tuple[Child, str], word: str, check: str
) -> None:
    store, dsn = own_clickhouse
    migrate(StoreSettings(dsn=dsn))
    role = start_analytics(dsn, word)
    store.pause()
    for _ in range(3):
        answer = httpx.get(f"{role.ops_url}/readyz", timeout=PROBE_SECONDS)
        assert answer.status_code == 503
        assert check in answer.json()["reasons"]
    store.resume()
    eventually_sync(lambda: httpx.get(f"{role.ops_url}/readyz").status_code == 200)


@pytest.fixture
async def silent() -> AsyncIterator[tuple[str, list[int]]]:
    """A store that takes connections and says nothing, its DSN, and its connections."""
    connections: list[int] = []

    async def keep_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(keep_silent, HOST, 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://{HOST}:{port}/default", connections


async def test_a_store_that_hangs_is_asked_once_however_often_readiness_is(
    silent: tuple[str, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qz_common.health.CHECK_SECONDS", 0.05)
    dsn, connections = silent
    async with pulse_of(dsn) as pulse:
        health = Health({"store": pulse.check}, started=True)
        for _ in range(10):
            assert await health.readiness() == {"store": "no answer in time"}
        assert len(connections) == 1
