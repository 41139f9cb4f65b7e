"""The one consumer of `scans`: poll, form a block, insert it, commit.

A crash anywhere repeats records and the marks drop them. Whatever fails is tried again for as
long as it takes, from what is committed; only too many dead records stop it.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from qz_analytics.clickhouse import StoreAway, StoreRefused
from qz_analytics.ingest.membership import Membership
from qz_analytics.ingest.pipeline import NotOwner, Pipeline
from qz_analytics.ingest.progress import Progress
from qz_analytics.metrics import IngestMetrics
from qz_analytics.settings import IngestSettings
from qz_common.errors import Retryable
from qz_common.kafka import KafkaSettings, make_consumer
from qz_common.topics import SCANS

GROUP = "analytics"
FETCH_BYTES = 8 * 1024 * 1024
HEARTBEAT_MS = 2_000
POLL_MS = 200
STUCK_SECONDS = 60.0
STOP_SECONDS = 5.0
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0

log = structlog.get_logger()


class ConsumerStuck(Retryable):
    """There is something to read, and nothing comes."""


@dataclass(slots=True)
class Batch:
    generation: int
    records: list[ConsumerRecord] = field(default_factory=list)
    ends: dict[TopicPartition, int] = field(default_factory=dict)

    def add(self, polled: dict[TopicPartition, list[ConsumerRecord]]) -> None:
        for partition, records in polled.items():
            self.records += records
            self.ends[partition] = records[-1].offset + 1


@dataclass(slots=True)
class Consumer:
    """One membership in the group, from joining to leaving."""

    kafka: AIOKafkaConsumer
    membership: Membership
    pipeline: Pipeline
    settings: IngestSettings
    metrics: IngestMetrics
    progress: Progress
    touched: Callable[[set[tuple[str, str]]], None]
    """Told which links got rows."""
    generation: int = -1
    moved_at: float = field(default_factory=time.monotonic)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; what was polled is stored before it returns."""
        pause = FIRST_PAUSE_SECONDS
        while not stop.is_set():
            batch = await self._collect(stop)
            try:
                await self._take(batch)
                pause = FIRST_PAUSE_SECONDS
            except (StoreAway, StoreRefused, KafkaError, NotOwner) as error:
                await self._again(error, pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _collect(self, stop: asyncio.Event) -> Batch:
        """A full block when there is a backlog, else what a tick brings."""
        batch = Batch(self.membership.generation)
        until = time.monotonic() + POLL_MS / 1000
        while len(batch.records) < self.settings.block_rows and not stop.is_set():
            left_ms = int((until - time.monotonic()) * 1000)
            if left_ms <= 0:
                break
            room = self.settings.block_rows - len(batch.records)
            polled = await self.kafka.getmany(timeout_ms=left_ms, max_records=room)
            if polled and not batch.records:
                until = time.monotonic() + self.settings.tick_ms / 1000
            batch.add(polled)
        self._watch(bool(batch.records))
        return batch

    async def _take(self, batch: Batch) -> None:
        if not batch.records:
            return
        if batch.generation != self.membership.generation:
            return  # positions went back to what is committed
        if batch.generation != self.generation:
            self.pipeline.forget()
            self.progress.forget()
            self.generation = batch.generation
        async with self.membership.busy():
            with self.metrics.block_seconds.time():
                await self._store(batch)

    async def _store(self, batch: Batch) -> None:
        block = await self.pipeline.form(batch.records)
        await self.pipeline.store(block, lambda: self.membership.owns(batch.generation))
        with contextlib.suppress(CommitFailedError, IllegalStateError):
            # not ours any more: the next owner's marks drop what we have stored
            await self.kafka.commit(batch.ends)
        self.progress.moved(batch.ends, block.newest_ms())
        self.touched(block.links())

    async def _again(self, error: Exception, pause: float) -> None:
        log.warning("block_not_stored", error=str(error)[:500], kind=type(error).__name__)
        (self.metrics.not_owner if isinstance(error, NotOwner) else self.metrics.retries).inc()
        self.pipeline.forget()
        await asyncio.sleep(pause)
        await self.kafka.seek_to_committed()

    def _watch(self, moved: bool) -> None:
        now = time.monotonic()
        if moved or not self.progress.behind(self.kafka):
            self.moved_at = now
        elif now - self.moved_at > STUCK_SECONDS:
            raise ConsumerStuck(f"no record for {STUCK_SECONDS:.0f} s, and there are some")


@contextlib.asynccontextmanager
async def joined(
    settings: KafkaSettings, membership: Membership, session_ms: int
) -> AsyncIterator[AIOKafkaConsumer]:
    """A member of the group; leaving is bounded, because it can hang in a lost session."""
    kafka = make_consumer(
        settings,
        group=GROUP,
        session_timeout_ms=session_ms,
        heartbeat_interval_ms=min(HEARTBEAT_MS, session_ms // 4),
        max_partition_fetch_bytes=FETCH_BYTES,
    )
    kafka.subscribe([settings.topic(SCANS)], listener=membership)
    pulse = asyncio.create_task(membership.keep_pulse())
    try:
        await kafka.start()
        yield kafka
    finally:
        pulse.cancel()
        with contextlib.suppress(TimeoutError, KafkaError):
            await asyncio.wait_for(kafka.stop(), STOP_SECONDS)
