"""What becomes of the block that is being inserted when its consumer ends, however it ends."""

import asyncio
import threading

import pyarrow as pa
import pytest
from aiokafka import TopicPartition
from clickhouse_connect.driver.client import Client

from qz_analytics.clickhouse import ONE_BLOCK, ClickHouse
from qz_analytics.ingest.consumer import GROUP
from qz_common.kafka import KafkaSettings, make_consumer
from qz_common.topics import SCANS
from tests.analytics.scans import Sender, consuming, scan
from tests.fixtures.wait import eventually

JOURNAL = 0xA1


class HeldStore(ClickHouse):
    """Inserts of scans begin, and end when they are let."""

    def __init__(self, dsn: str) -> None:
        super().__init__(dsn)
        self.began, self.let = threading.Event(), threading.Event()

    async def insert(self, table: str, block: pa.Table) -> None:
        if table != "scans":
            return await super().insert(table, block)

        def held(client: Client) -> None:
            self.began.set()
            self.let.wait(20)
            client.insert_arrow(table, block, settings=ONE_BLOCK)

        await self.run(held)


async def test_a_block_is_stored_and_committed_though_the_next_one_stops_the_consumer(
    stores: str, kafka: KafkaSettings, sender: Sender
) -> None:
    store = HeldStore(stores)
    async with consuming(stores, kafka, store, dead_in_row=50) as running:
        await sender.send([scan(seq=1)])
        await eventually(store.began.is_set)
        await sender.send_raw((JOURNAL, b"{") for _ in range(60))
        await eventually(lambda: _tasks("_leave"))
        store.let.set()
        await eventually(lambda: running.ingest.metrics.stopped._value.get() == 1)
        assert await running.count() == 1
        assert await _committed(kafka) == 1


async def test_a_block_that_is_not_stored_in_time_is_given_up_and_stored_once(
    stores: str, kafka: KafkaSettings, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qz_analytics.ingest.consumer.SETTLE_SECONDS", 0.05)
    store = HeldStore(stores)
    async with consuming(stores, kafka, store) as running:
        await sender.send([scan(seq=1), scan(seq=2)])
        await eventually(store.began.is_set)
        running.task.cancel()
        await eventually(running.task.done)
        assert _tasks("_store") == []
        store.let.set()
    async with consuming(stores, kafka) as running:
        await sender.send([scan(seq=3)])
        await eventually(lambda: running.ingest.metrics.dropped.labels("repeat")._value.get() == 2)
        assert await eventually(running.count) == 3


def _tasks(name: str) -> list[str]:
    """Coroutines of the consumer that wait now."""
    waiting = [frame for task in asyncio.all_tasks() for frame in _chain(task.get_coro())]
    return [each for each in waiting if each == f"Consumer.{name}"]


def _chain(coroutine: object) -> list[str]:
    names = []
    while coroutine is not None:
        names.append(getattr(coroutine, "__qualname__", ""))
        coroutine = getattr(coroutine, "cr_await", None)
    return names


async def _committed(kafka: KafkaSettings) -> int | None:
    partition = TopicPartition(kafka.topic(SCANS), JOURNAL % SCANS.partitions)
    consumer = make_consumer(kafka, group=GROUP)
    consumer.assign([partition])
    await consumer.start()
    try:
        found: int | None = await consumer.committed(partition)
        return found
    finally:
        await consumer.stop()
