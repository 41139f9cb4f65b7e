"""The consumer and what goes on beside it, from start to stop, through every outage.

The broker may be away at the start or go in the middle: it is tried again until it is there, and
readiness says what is missing. Beside the consumer, and never in its way: progress, tallies,
rollups and verify. The owner of partition 0 keeps the rollups; nobody else does.
"""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError

from qz_analytics.clickhouse import ClickHouse, StoreAway, StoreRefused
from qz_analytics.ingest import agents, progress, rollups, verify
from qz_analytics.ingest.consumer import (
    FIRST_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    Consumer,
    ConsumerStuck,
    joined,
)
from qz_analytics.ingest.dead import DeadLimit, DeadLimitReached
from qz_analytics.ingest.membership import Membership
from qz_analytics.ingest.pipeline import Pipeline, Step, no_step
from qz_analytics.ingest.progress import Progress
from qz_analytics.ingest.tallies import Tallies
from qz_analytics.metrics import IngestMetrics
from qz_analytics.settings import IngestSettings
from qz_common.clock import Clock
from qz_common.health import Health
from qz_common.kafka import KafkaSettings, ensure_topics, producing
from qz_common.kafka_waits import STOP_SECONDS
from qz_common.roles import pause
from qz_common.topics import DEAD_SCANS, SCANS, TALLIES

OWN_TOPICS = (SCANS, TALLIES, DEAD_SCANS)
PROGRESS_SECONDS = 5.0
TALLY_SECONDS = 1.0
ROLLUP_SECONDS = 10.0
SILENT_SECONDS = 5.0

log = structlog.get_logger()


@dataclass(slots=True)
class Ingest:
    writer: ClickHouse
    side: ClickHouse
    """For what goes on beside the consumer; never holds up an insert."""
    kafka: KafkaSettings
    settings: IngestSettings
    metrics: IngestMetrics
    clock: Clock
    step: Step = no_step
    trouble: str = "not connected yet"
    """Why nothing is stored now, for readiness; empty when all is well."""
    membership: Membership | None = None
    _silence: Callable[[], float] = lambda: 0.0

    def watch(self, health: Health) -> None:
        health.checks["ingest"] = self._readiness

    async def run(self, stop: asyncio.Event) -> None:
        warming = asyncio.ensure_future(asyncio.to_thread(agents.warm_up))
        seconds = FIRST_PAUSE_SECONDS
        while not stop.is_set():
            try:
                await self._one_membership(stop, warming)
                seconds = FIRST_PAUSE_SECONDS
            except (KafkaError, OSError, ConsumerStuck) as error:
                log.warning("the consumer of scans starts over", reason=self._ended(error))
                await pause(stop, seconds)
                seconds = min(seconds * 2, LONGEST_PAUSE_SECONDS)
            except DeadLimitReached as error:
                log.error("the consumer of scans has stopped", reason=self._ended(error))
                self.metrics.stopped.set(1)
                await stop.wait()

    async def _one_membership(self, stop: asyncio.Event, warming: Awaitable[None]) -> None:
        await ensure_topics(self.kafka, OWN_TOPICS)
        session_ms = self.settings.session_ms
        membership = self.membership = Membership(session_ms)
        async with (
            producing(self.kafka) as producer,
            joined(self.kafka, membership, session_ms) as kafka,
        ):
            await warming  # until here beside the joining, which is mostly waiting
            self.trouble = ""
            told = Progress()
            tallies = Tallies(self.side, producer, self.kafka.topic(TALLIES))
            self._silence = lambda: told.silent_seconds(kafka, self.clock.now())
            consumer = Consumer(
                kafka=kafka,
                membership=membership,
                pipeline=self._pipeline(producer),
                settings=self.settings,
                metrics=self.metrics,
                progress=told,
                touched=tallies.touch,
            )
            async with _beside(self._duties(kafka, told, tallies)):
                await consumer.run(stop)
            await self._last_words(kafka, told, tallies)

    def _pipeline(self, producer: AIOKafkaProducer) -> Pipeline:
        settings = self.settings
        return Pipeline(
            writer=self.writer,
            producer=producer,
            source=self.kafka.topic(SCANS),
            dead_topic=self.kafka.topic(DEAD_SCANS),
            clock=self.clock,
            metrics=self.metrics,
            step=self.step,
            new_limit=lambda: DeadLimit(settings.dead_in_row, settings.dead_share),
        )

    def _duties(
        self, kafka: AIOKafkaConsumer, told: Progress, tallies: Tallies
    ) -> list[Awaitable[None]]:
        async def tell() -> None:
            self.metrics.lag.set(told.lag(kafka))
            await progress.tell(self.writer, await told.look(kafka), self.clock.now())

        async def tally() -> None:
            if told.lag(kafka) > self.settings.block_rows and not tallies.overdue():
                return  # with a backlog the same links come again and again
            self.metrics.tallies.inc(await tallies.publish(self.clock.now()))

        async def roll() -> None:
            if _leads(kafka):
                await rollups.make_due(self.side, self.clock, self.metrics)

        async def check() -> None:
            if _leads(kafka):
                await verify.verify_recent(
                    self.side, self.settings.verify_days, self.clock.now(), self.metrics
                )

        return [
            _every(PROGRESS_SECONDS, tell),
            _every(TALLY_SECONDS, tally, first=tallies.touch_recent),
            _every(ROLLUP_SECONDS, roll),
            _every(self.settings.verify_seconds, check),
        ]

    async def _last_words(self, kafka: AIOKafkaConsumer, told: Progress, tallies: Tallies) -> None:
        """After the last block: what a reader or the API would otherwise learn later."""
        with contextlib.suppress(StoreAway, StoreRefused, KafkaError, TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await tallies.publish(self.clock.now())
                await progress.tell(self.writer, await told.look(kafka), self.clock.now())

    def _ended(self, error: Exception) -> str:
        """Counts why, and says it to readiness."""
        self.trouble = f"{type(error).__name__}: {error}"[:200]
        self.metrics.restarts.labels(type(error).__name__).inc()
        self.metrics.lag.set(math.nan)  # the last number, or a zero, would look like health
        return self.trouble

    async def _readiness(self) -> str | None:
        if self.trouble:
            return self.trouble
        if self._silence() > SILENT_SECONDS:
            return "the broker is silent"
        has = self.membership and self.membership.assigned
        return None if has else "joining the consumer group"


def _leads(kafka: AIOKafkaConsumer) -> bool:
    return any(partition.partition == 0 for partition in kafka.assignment())


@contextlib.asynccontextmanager
async def _beside(duties: list[Awaitable[None]]) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(duty) for duty in duties]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _every(
    seconds: float,
    work: Callable[[], Awaitable[None]],
    first: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """A duty that failed is told in the log and done at the next turn, whatever it failed of:
    nobody waits for its task, so one that ended would not be missed."""
    due, name = [first] if first else [], work.__name__
    while True:
        try:
            while due:
                await due[0]()
                due.pop()
            await work()
        except (StoreAway, StoreRefused, KafkaError) as error:
            log.warning("a duty failed and waits for its turn", duty=name, reason=str(error)[:500])
        except Exception as error:
            log.error("a duty failed of a fault of ours", duty=name, exc_info=error)
        await asyncio.sleep(seconds)
