"""From polled records to stored rows: decode, learn marks, form a block, insert it.

Raises when the store or the broker fails; then nothing may be committed, the marks are forgotten,
and the same records are read again.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aiokafka import AIOKafkaProducer

from qz_analytics.clickhouse import ClickHouse
from qz_analytics.ingest import periods, store
from qz_analytics.ingest.block import Block, decode_all, form, journals_of
from qz_analytics.ingest.dead import DeadLimit, send_dead
from qz_analytics.ingest.marks import Marks
from qz_analytics.ingest.steps import Record
from qz_analytics.metrics import IngestMetrics
from qz_common.clock import Clock, to_ms
from qz_common.errors import Retryable

Step = Callable[[str], None]
"""Told which step begins; a test stops the process there."""


def no_step(_: str) -> None:
    return None


class NotOwner(Retryable):
    """The membership was lost while the block was made."""


@dataclass(slots=True)
class Pipeline:
    writer: ClickHouse
    producer: AIOKafkaProducer
    source: str
    dead_topic: str
    clock: Clock
    metrics: IngestMetrics
    new_limit: Callable[[], DeadLimit]
    step: Step = no_step
    marks: Marks = field(default_factory=Marks)
    _limit: DeadLimit = field(init=False)

    def __post_init__(self) -> None:
        self._limit = self.new_limit()

    def forget(self) -> None:
        """After a failure or a new assignment: the store knows, we don't."""
        self.marks.forget()
        self._limit = self.new_limit()

    async def form(self, records: Sequence[Record]) -> Block:
        self.step("polled")
        decoded = await asyncio.to_thread(decode_all, records)
        unknown = self.marks.unknown(journals_of(decoded))
        if unknown:
            self.marks.learn(await store.read_marks(self.writer, unknown))
        now_ms = to_ms(self.clock.now())
        block = await asyncio.to_thread(form, decoded, self.marks, now_ms)
        self._limit.count(block.fates)
        return block

    async def store(self, block: Block, owned: Callable[[], bool]) -> None:
        now = self.clock.now()
        late = periods.late_hours(block.hours(), now)
        await store.write_gaps(self.writer, block.gaps, now)
        await periods.reopen(self.writer, late, now)
        for run in block.runs:
            if not owned():
                raise NotOwner("the partitions went to another consumer")
            self.step("insert sent")
            await store.write_scans(self.writer, run)
            self.step("insert applied")
        await periods.reopen(self.writer, late, self.clock.now())
        await store.count_missing(self.writer, block.refilled)
        await send_dead(self.producer, self.dead_topic, self.source, block.dead)
        self._count(block)
        self.step("before the commit")

    def _count(self, block: Block) -> None:
        metrics = self.metrics
        metrics.stored.inc(len(block.scans))
        metrics.blocks.inc(len(block.runs))
        metrics.gaps.inc(sum(gap.reason == "jump" for gap in block.gaps))
        for reason, count in block.dropped.items():
            metrics.dropped.labels(reason).inc(count)
        for item in block.dead:
            metrics.dead.labels(item.reason).inc()
        if block.scans:
            age_ms = to_ms(self.clock.now()) - block.newest_ms()
            metrics.delay.set(age_ms / 1000)
