"""Whether the broker still has what it was given: looked at beside publishing, never in its way.

A look asks the broker alone. What it looks for is read by the relay's own loop, which also hears
what it found, so that nothing is published by two at once.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition

from qz_api.connection import Connection, Row
from qz_api.outbox import store
from qz_common.kafka import KafkaSettings, make_consumer
from qz_common.kafka_waits import stopped
from qz_common.records import MarkerRecord, decode
from qz_common.topics import ROUTING

EVERY_SECONDS = 5.0
LOOK_SECONDS = 10.0
READ_MS = 2000


class Watch:
    def __init__(self, kafka: KafkaSettings, wake: Callable[[], None]) -> None:
        self._kafka = kafka
        self._wake = wake
        self._look_at = 0.0
        self._look: asyncio.Task[bool] | None = None

    def soon(self) -> None:
        self._look_at = 0.0

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Begins with a look, and leaves none behind."""
        self.soon()
        try:
            yield
        finally:
            look, self._look = self._look, None
            if look is not None:
                look.cancel()
                await asyncio.wait([look])

    async def misses(self, conn: Connection) -> bool:
        """Whether a look that has ended found a topic without our markers; begins the next."""
        if self._look is None:
            await self._begin_when_due(conn)
            return False
        if not self._look.done():
            return False
        look, self._look = self._look, None
        return not look.result()

    async def _begin_when_due(self, conn: Connection) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._look_at:
            return
        self._look_at = now + EVERY_SECONDS
        markers = await store.markers(conn, self._kafka.topic(ROUTING))
        self._look = asyncio.create_task(stand(self._kafka, markers))
        self._look.add_done_callback(lambda _: self._wake())


async def stand(kafka: KafkaSettings, markers: Sequence[Row]) -> bool:
    """Whether these are the markers of all partitions, each in its place."""
    if len(markers) != ROUTING.partitions:
        return False
    consumer = make_consumer(kafka)
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            await consumer.start()
            for marker in markers:
                if not await _stands(consumer, kafka.topic(ROUTING), marker):
                    return False
            return True
    finally:
        await stopped(consumer.stop())


async def _stands(consumer: AIOKafkaConsumer, topic: str, marker: Row) -> bool:
    place = TopicPartition(topic, marker["partition_number"])
    consumer.assign([place])
    consumer.seek(place, marker["record_offset"])
    found = await consumer.getmany(place, timeout_ms=READ_MS, max_records=1)
    for record in found.get(place, ()):
        same_place = record.offset == marker["record_offset"]
        return same_place and _is_marker(record.value, marker["marker_id"])
    return False


def _is_marker(value: bytes | None, id: str) -> bool:
    if value is None:
        return False
    try:
        record = decode(value)
    except ValueError:
        return False
    return isinstance(record, MarkerRecord) and record.id == id
