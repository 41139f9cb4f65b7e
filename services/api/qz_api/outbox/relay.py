"""The relay: committed outbox rows go to Kafka in order, then leave the table.

One relay is active in a deployment (a session lock in Postgres); others stand by. It is woken by
NOTIFY (bell.py) and looks by itself as well. Delivery is at least once: a row is deleted after the
broker acknowledged it, and rows are found by being there, so a transaction that commits late is
never skipped. Whatever goes away, Postgres or broker, the relay starts over until both are back.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer

from qz_api.connection import BareConnection, Connection, Row
from qz_api.db import CONNECT_SECONDS, EVERY_WORKSPACE, Database, server_settings
from qz_api.duties import over_and_over
from qz_api.metrics import WorkerMetrics
from qz_api.outbox import store
from qz_api.outbox.reseed import reseed
from qz_api.outbox.watch import Watch
from qz_api.settings import WorkerSettings
from qz_common.clock import Clock
from qz_common.errors import Retryable
from qz_common.kafka import ensure_topics, producing
from qz_common.roles import pause

BATCH = 500
POLL_SECONDS = 0.5
STANDBY_SECONDS = 1.0
PUBLISH_SECONDS = 5.0
"""A producer that has lost its broker is slower to notice than to make anew."""
RETRY_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0)
log = structlog.get_logger()


class PublishFailed(Retryable):
    """Some rows were not acknowledged; they are still in the table."""


class Relay:
    def __init__(self, settings: WorkerSettings, metrics: WorkerMetrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self._wake = asyncio.Event()
        self._watch = Watch(settings.kafka, self._wake.set)

    async def run(self, stop: asyncio.Event) -> None:
        errors = self._metrics.publish_errors
        await over_and_over("relay", lambda: self._turn(stop), stop, errors, retry=RETRY_SECONDS)

    async def _turn(self, stop: asyncio.Event) -> None:
        try:
            async with self._leading(stop) as conn:
                await self._lead(conn, stop)
        finally:
            self._metrics.relay_active.set(0)

    @asynccontextmanager
    async def _leading(self, stop: asyncio.Event) -> AsyncIterator[Connection]:
        conn: BareConnection = await asyncpg.connect(
            self._settings.postgres.dsn,
            timeout=CONNECT_SECONDS,
            command_timeout=self._settings.postgres.statement_seconds,
            server_settings={
                **server_settings(self._settings.postgres),
                "application_name": "quietzone-relay",
                "app.workspace": EVERY_WORKSPACE,
            },
        )
        try:
            await store.listen(conn, self._woken)
            while not stop.is_set() and not await store.try_lead(conn):
                await pause(stop, STANDBY_SECONDS)
            yield conn
        finally:
            conn.terminate()

    async def _lead(self, conn: Connection, stop: asyncio.Event) -> None:
        if stop.is_set():
            return
        kafka = self._settings.kafka
        await ensure_topics(kafka)
        # what is not acknowledged is still in the table
        async with producing(kafka) as producer, self._watch.kept():
            self._metrics.relay_active.set(1)
            while not stop.is_set():
                self._wake.clear()
                await self.drain(conn, producer)
                if await self._watch.misses(conn):
                    await self._fill(conn, producer)
                await self._rest(stop)

    def _woken(self, _: object, __: int, ___: str, payload: str) -> None:
        if payload == store.REPUBLISH:
            self._watch.soon()
        self._wake.set()

    async def drain(self, conn: Connection, producer: AIOKafkaProducer) -> None:
        while rows := await store.head(conn, BATCH):
            async with asyncio.timeout(PUBLISH_SECONDS):
                done = await self._publish(producer, rows)
            await store.delete(conn, done)
            self._metrics.published.inc(len(done))
            if len(done) < len(rows):
                raise PublishFailed(f"{len(rows) - len(done)} rows were not acknowledged")

    async def _publish(self, producer: AIOKafkaProducer, rows: Sequence[Row]) -> list[int]:
        """Numbers of the rows that are done with: no earlier row of their key has failed."""
        sent = [
            await producer.send(
                self._settings.kafka.topic_prefix + row["topic"],
                row["value"],
                key=row["key"].encode(),
            )
            for row in rows
        ]
        results = await asyncio.gather(*sent, return_exceptions=True)
        failed: set[str] = set()
        done: list[int] = []
        for row, result in zip(rows, results, strict=True):
            if isinstance(result, BaseException):
                failed.add(row["key"])
            elif row["key"] not in failed:
                done.append(row["seq"])
        return done

    async def _fill(self, conn: Connection, producer: AIOKafkaProducer) -> None:
        kafka = self._settings.kafka
        records = await reseed(conn, producer, kafka, lambda: self.drain(conn, producer))
        self._metrics.reseeds.inc()
        log.info("routing was filled from Postgres", records=records)

    async def _rest(self, stop: asyncio.Event) -> None:
        """Until there is something to do, as far as we are told, or it is time to look."""
        waits = [asyncio.ensure_future(self._wake.wait()), asyncio.ensure_future(stop.wait())]
        try:
            await asyncio.wait(waits, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()


async def measure(db: Database, clock: Clock, metrics: WorkerMetrics) -> None:
    async with db.system() as conn:
        rows, oldest = await store.waiting(conn)
    metrics.outbox_rows.set(rows)
    lag = (clock.now() - oldest).total_seconds() if oldest else 0.0
    metrics.outbox_lag.set(max(0.0, lag))
