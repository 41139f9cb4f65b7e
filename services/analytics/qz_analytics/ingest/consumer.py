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
from qz_analytics.ingest.block import Block
from qz_analytics.ingest.membership import SETTLE_SECONDS, Membership
from qz_analytics.ingest.pipeline import NotOwner, Pipeline
from qz_analytics.ingest.progress import Progress
from qz_analytics.metrics import IngestMetrics
from qz_analytics.settings import IngestSettings
from qz_common.errors import Retryable
from qz_common.kafka import KafkaSettings, make_consumer
from qz_common.kafka_waits import answered, stopped
from qz_common.topics import SCANS

GROUP = "analytics"
FETCH_BYTES = 8 * 1024 * 1024
HEARTBEAT_MS = 2_000
POLL_SECONDS = 0.2
BACKLOG_SECONDS = 1.0
STUCK_SECONDS = 60.0
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
    _under_way: asyncio.Task[None] | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; what was polled is stored before it returns."""
        try:
            await self._block_by_block(stop)
        finally:
            await self._leave()

    async def _block_by_block(self, stop: asyncio.Event) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            batch = await self._collect(stop)
            try:
                await self._take(batch)
                if stop.is_set():
                    return await self._settle()
                pause = FIRST_PAUSE_SECONDS
            except (StoreAway, StoreRefused, KafkaError, NotOwner) as error:
                if stop.is_set():
                    return self._count(error)
                await self._again(error, pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _collect(self, stop: asyncio.Event) -> Batch:
        """A full block when there is a backlog, else what a tick brings."""
        batch = Batch(self.membership.generation)
        start = time.monotonic()
        while len(batch.records) < self.settings.block_rows and not stop.is_set():
            left = start + self._patience(batch) - time.monotonic()
            if left <= 0:
                break
            room = self.settings.block_rows - len(batch.records)
            polled = await self.kafka.getmany(timeout_ms=int(left * 1000), max_records=room)
            if polled and not batch.records:
                start = time.monotonic()
            batch.add(polled)
        self._watch(bool(batch.records))
        return batch

    def _patience(self, batch: Batch) -> float:
        """Seconds to wait for more."""
        if not batch.records:
            return POLL_SECONDS
        ours = self.kafka.assignment()
        ends = [(partition, end) for partition, end in batch.ends.items() if partition in ours]
        more = any((self.kafka.highwater(partition) or 0) > end for partition, end in ends)
        return BACKLOG_SECONDS if more else self.settings.tick_ms / 1000

    async def _take(self, batch: Batch) -> None:
        """The next block is formed while the one before it is inserted, and follows only it."""
        if batch.generation != self.membership.generation or not batch.records:
            return await self._settle()  # of a lost generation: positions went back by themselves
        if batch.generation != self.generation:
            await self._settle()
            self._forget()
            self.generation = batch.generation
        block = await self.pipeline.form(batch.records)
        await self._settle()
        self._under_way = asyncio.create_task(self._store(batch, block))

    async def _store(self, batch: Batch, block: Block) -> None:
        async with self.membership.busy():
            with self.metrics.block_seconds.time():
                await self.pipeline.store(block, lambda: self.membership.owns(batch.generation))
            with contextlib.suppress(CommitFailedError, IllegalStateError):
                # not ours any more: the next owner's marks drop what we have stored
                await answered(self.kafka.commit(batch.ends))
        self.progress.moved(batch.ends, block.newest_ms())
        self.touched(block.links())

    async def _settle(self) -> None:
        """Waits for the block that is being inserted, and raises what it raised."""
        if task := self._under_way:
            await asyncio.wait([task])  # who cancels us does not cancel the insert by that
            self._under_way = None
            task.result()

    async def _leave(self) -> None:
        """The last block is waited for so long and then given up, uncommitted. Its insert may come
        to pass all the same: read again, its rows are repeats to the marks, or the same rows."""
        task, self._under_way = self._under_way, None
        if task is None:
            return
        _, pending = await asyncio.wait([task], timeout=SETTLE_SECONDS)
        if pending:
            task.cancel()
            await asyncio.wait([task])
            log.warning("the last block is given up", seconds=SETTLE_SECONDS)
        elif error := task.exception():
            self._count(error)

    def _forget(self) -> None:
        self.pipeline.forget()
        self.progress.forget()

    async def _again(self, error: Exception, pause: float) -> None:
        """From what is committed; a block formed meanwhile stands on one that failed, and goes."""
        self._count(error)
        with contextlib.suppress(StoreAway, StoreRefused, KafkaError, NotOwner):
            await self._settle()
        self._forget()
        await asyncio.sleep(pause)
        await self._rewind()

    def _count(self, error: BaseException) -> None:
        kind = type(error).__name__
        log.warning("a block is not stored, it is read again", reason=str(error)[:500], kind=kind)
        (self.metrics.not_owner if isinstance(error, NotOwner) else self.metrics.retries).inc()

    async def _rewind(self) -> None:
        for partition in self.kafka.assignment():
            committed = await answered(self.kafka.committed(partition))
            if committed is None:
                await self.kafka.seek_to_beginning(partition)
            else:
                self.kafka.seek(partition, committed)

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
        await stopped(kafka.stop())
