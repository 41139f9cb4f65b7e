"""The duties of a worker go on, whatever a turn of one of them failed of."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
import httpx
import pytest
from aiokafka.errors import KafkaConnectionError

from deploy.embedded.backends import free_port
from qz_api.deferred import Overtaken
from qz_api.duties import over_and_over
from qz_api.metrics import worker_metrics
from qz_api.settings import WorkerSettings
from qz_api.worker import work
from qz_common.errors import Permanent, Unavailable
from qz_common.settings import load
from tests.fixtures.broker import Broker, broker_environment
from tests.fixtures.postgres import Database
from tests.fixtures.wait import eventually

FAILURES = [
    Unavailable("the database took too long"),
    Overtaken(),
    KafkaConnectionError("no broker"),
    asyncpg.DeadlockDetectedError("deadlock detected"),
    asyncpg.InvalidCachedStatementError("cached statement plan is invalid"),
    asyncpg.InterfaceError("connection is closed"),
    TimeoutError(),
    KeyError("a fault of ours"),
]


class Turns:
    """Fails of what it is given, one turn after the other, and goes well from then on."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.taken = 0

    async def turn(self) -> None:
        self.taken += 1
        if self.failures:
            raise self.failures.pop(0)


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
async def test_a_turn_that_failed_is_followed_by_another(failure: Exception) -> None:
    stop, turns, errors = asyncio.Event(), Turns(failure, failure), worker_metrics().publish_errors
    duty = asyncio.create_task(over_and_over("test", turns.turn, stop, errors, retry=(0.001,)))
    await eventually(lambda: turns.taken >= 4)
    stop.set()
    await duty
    assert errors._value.get() == 2


async def test_what_never_passes_ends_a_duty_and_is_told() -> None:
    stop, turns = asyncio.Event(), Turns(Permanent("three partitions, not twelve"))
    with pytest.raises(Permanent, match="not twelve"):
        await over_and_over("test", turns.turn, stop, worker_metrics().publish_errors)


async def test_a_worker_that_is_to_end_says_so_at_once(
    api_environment: dict[str, str], broker: Broker, topic_prefix: str, database: Database
) -> None:
    """Its job about planned changes waits for a lock of somebody else meanwhile."""
    environment = {**api_environment, **broker_environment(broker, topic_prefix)}
    settings = load(WorkerSettings, {**environment, "WORKER_OPS_PORT": str(free_port())})
    async with working(settings) as (worker, stop), httpx.AsyncClient() as client:
        ready = f"http://127.0.0.1:{settings.ops_port}/readyz"
        await eventually(lambda: is_ready(client, ready))
        async with held(database, "LOCK TABLE link_versions") as holder:
            await eventually(lambda: holder.fetchval("SELECT true FROM pg_locks WHERE NOT granted"))
            stop.set()
            answer = await client.get(ready)
            assert not worker.done()
    assert answer.json()["reasons"] == {"role": "draining"}


@asynccontextmanager
async def working(
    settings: WorkerSettings,
) -> AsyncIterator[tuple[asyncio.Task[None], asyncio.Event]]:
    stop = asyncio.Event()
    worker = asyncio.create_task(work(settings, stop))
    try:
        yield worker, stop
    finally:
        stop.set()
        await asyncio.wait_for(worker, 20)


@asynccontextmanager
async def held(database: Database, lock: str) -> AsyncIterator[asyncpg.Connection]:
    """A lock of somebody else, to the end of the block."""
    holder = await asyncpg.connect(database.superuser_dsn)
    try:
        async with holder.transaction():
            await holder.execute(lock)
            yield holder
    finally:
        await holder.close()


async def is_ready(client: httpx.AsyncClient, url: str) -> bool:
    with suppress(httpx.TransportError):
        return (await client.get(url)).status_code == 200
    return False
