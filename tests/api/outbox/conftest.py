"""A worker's relay in process, on a real broker, and what it published."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiokafka import ConsumerRecord

from qz_api.metrics import WorkerMetrics, worker_metrics
from qz_api.outbox.relay import Relay
from qz_api.settings import WorkerSettings
from qz_common.kafka import ensure_topics, make_consumer
from qz_common.settings import load
from qz_common.topics import Topic
from tests.fixtures.broker import Broker, broker_environment


@pytest.fixture
def worker_settings(
    api_environment: dict[str, str], broker: Broker, topic_prefix: str
) -> WorkerSettings:
    return load(WorkerSettings, {**api_environment, **broker_environment(broker, topic_prefix)})


@pytest.fixture
def metrics() -> WorkerMetrics:
    return worker_metrics()


@asynccontextmanager
async def relaying(settings: WorkerSettings, metrics: WorkerMetrics) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(Relay(settings, metrics).run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 20)


@pytest.fixture
async def relay(worker_settings: WorkerSettings, metrics: WorkerMetrics) -> AsyncIterator[None]:
    async with relaying(worker_settings, metrics):
        yield


class Reader:
    """Everything that a topic has had so far."""

    def __init__(self, settings: WorkerSettings, topic: Topic) -> None:
        self._consumer = make_consumer(settings.kafka, topic)
        self.records: list[ConsumerRecord] = []

    async def start(self) -> None:
        await self._consumer.start()

    async def stop(self) -> None:
        await self._consumer.stop()

    async def until(self, enough: Callable[[list[ConsumerRecord]], bool], within: float) -> None:
        async with asyncio.timeout(within):
            while not enough(self.records):
                found = await self._consumer.getmany(timeout_ms=100)
                for records in found.values():
                    self.records.extend(records)


@asynccontextmanager
async def reading(settings: WorkerSettings, topic: Topic) -> AsyncIterator[Reader]:
    # a consumer's first question would make the topic, with the broker's own partitions
    await ensure_topics(settings.kafka)
    reader = Reader(settings, topic)
    await reader.start()
    try:
        yield reader
    finally:
        await reader.stop()
