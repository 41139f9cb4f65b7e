"""The way out to the topic `scans`: one producer, shared by the senders of a host.

A producer that failed is replaced, never asked again: what it still holds must not come later
than what is sent after it.
"""

import asyncio
from typing import Any

from qz_common.kafka import KafkaSettings, ensure_topics, make_producer
from qz_common.kafka_waits import stopped
from qz_common.topics import SCANS

ACK_SECONDS = 15.0
GATHER_SECONDS = 0.012


class Outlet:
    def __init__(self, settings: KafkaSettings, gather_seconds: float = GATHER_SECONDS) -> None:
        """`gather_seconds`: how long scans of a journal wait for others to be sent with."""
        self.topic = settings.topic(SCANS)
        self.gather_seconds = gather_seconds
        self._settings = settings
        self._producer: Any = None
        self._lock = asyncio.Lock()

    async def send(self, journal: int, events: list[bytes]) -> int:
        """How many of the events, from the first, the brokers have acknowledged as one batch."""
        producer = await self._started()
        try:
            async with asyncio.timeout(ACK_SECONDS):
                return await self._send_batch(producer, journal, events)
        except BaseException:
            await self._discard(producer)
            raise

    async def close(self) -> None:
        if self._producer is not None:
            await self._discard(self._producer)

    async def _send_batch(self, producer: Any, journal: int, events: list[bytes]) -> int:
        batch, key, count = producer.create_batch(), f"{journal:016x}".encode(), 0
        for event in events:
            if batch.append(timestamp=None, key=key, value=event) is None:
                break
            count += 1
        batch.close()
        partition = journal % SCANS.partitions
        await (await producer.send_batch(batch, self.topic, partition=partition))
        return count

    async def _started(self) -> Any:
        async with self._lock:
            if self._producer is None:
                await ensure_topics(self._settings, (SCANS,))
                producer = make_producer(self._settings)
                try:
                    await producer.start()
                except BaseException:
                    await stopped(producer.stop())
                    raise
                self._producer = producer
            return self._producer

    async def _discard(self, producer: Any) -> None:
        """Only the one that failed: another sender may have put a new one in its place."""
        if self._producer is producer:
            self._producer = None
            await stopped(producer.stop())
