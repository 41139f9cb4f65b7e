"""How far each partition is stored, told in a table, so that a reader knows what is final.

Complete until: the moment of the last fetch, less the courier's time, when nothing was left
behind it; else the newest scan that is stored. What an edge could not send yet is unknown here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa
from aiokafka import AIOKafkaConsumer, TopicPartition

from qz_analytics.clickhouse import ClickHouse
from qz_common.clock import from_ms, to_ms
from qz_common.kafka_waits import answered

COURIER_MS = 2_000
"""What a scan may take from the edge to the broker."""


@dataclass(frozen=True, slots=True)
class Told:
    partition: TopicPartition
    until_ms: int
    in_flight: int


@dataclass(slots=True)
class Progress:
    reached: dict[TopicPartition, int] = field(default_factory=dict)
    """The next offset that is not stored."""
    newest_ms: dict[TopicPartition, int] = field(default_factory=dict)

    def moved(self, ends: Mapping[TopicPartition, int], newest_ms: int) -> None:
        self.reached.update(ends)
        if newest_ms:
            self.newest_ms.update(dict.fromkeys(ends, newest_ms))

    def forget(self) -> None:
        self.reached.clear()
        self.newest_ms.clear()

    def behind(self, kafka: AIOKafkaConsumer) -> bool:
        return self.lag(kafka) > 0

    def lag(self, kafka: AIOKafkaConsumer) -> int:
        return sum(
            max(0, (kafka.highwater(partition) or 0) - self.reached.get(partition, 0))
            for partition in kafka.assignment()
            if partition in self.reached
        )

    def silent_seconds(self, kafka: AIOKafkaConsumer, now: datetime) -> float:
        """Since the broker last answered a fetch; 0 before the first answer."""
        ours = kafka.assignment()
        answered = [kafka.last_poll_timestamp(partition) or 0 for partition in ours]
        newest_ms = max(answered, default=0)
        return (to_ms(now) - newest_ms) / 1000 if newest_ms else 0.0

    async def look(self, kafka: AIOKafkaConsumer) -> list[Told]:
        """One line for each of our partitions that was fetched from at least once."""
        told = []
        for partition in kafka.assignment():
            if partition not in self.reached:
                committed = await answered(kafka.committed(partition)) or 0
                self.reached.setdefault(partition, committed)
            end = kafka.highwater(partition)
            if end is not None:
                told.append(self._line(kafka, partition, end))
        return told

    def _line(self, kafka: AIOKafkaConsumer, partition: TopicPartition, end: int) -> Told:
        in_flight = max(0, end - self.reached[partition])
        fetched_ms = int(kafka.last_poll_timestamp(partition) or 0)
        until = self.newest_ms.get(partition, 0) if in_flight else fetched_ms - COURIER_MS
        return Told(partition, max(0, until), in_flight)


async def tell(store: ClickHouse, lines: list[Told], now: datetime) -> None:
    if not lines:
        return
    time = pa.timestamp("ms", tz="UTC")
    block = pa.table(
        {
            "topic": [line.partition.topic for line in lines],
            "partition": pa.array([line.partition.partition for line in lines], pa.uint32()),
            "told_at": pa.array([from_ms(to_ms(now))] * len(lines), time),
            "complete_until": pa.array([from_ms(line.until_ms) for line in lines], time),
            "in_flight": pa.array([line.in_flight for line in lines], pa.uint64()),
        }
    )
    await store.insert("ingest_progress", block)
