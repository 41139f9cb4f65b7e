"""Scans to send, and analytics as a process to ask."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from aiokafka import AIOKafkaProducer
from prometheus_client import CollectorRegistry

from deploy.embedded.backends import HOST
from qz_analytics.clickhouse import ClickHouse
from qz_analytics.ingest.service import Ingest
from qz_analytics.metrics import ingest_metrics
from qz_analytics.settings import IngestSettings
from qz_common.clock import SystemClock
from qz_common.events import ScanEvent, encode
from qz_common.health import Health
from qz_common.kafka import KafkaSettings, ensure_topics, make_producer
from qz_common.topics import SCANS
from tests.fixtures.broker import Broker
from tests.fixtures.processes import Child

TOKEN = "a-token-of-the-tests"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1"
)
_seqs = itertools.count(1)


def scan(**changed: Any) -> ScanEvent:
    """A human's scan of a printed symbol, a moment ago."""
    plain: dict[str, Any] = {
        "journal": 0xA1,
        "seq": next(_seqs),
        "ts_ms": int(time.time() * 1000),
        "workspace": "ws_1",
        "link": "lnk_1",
        "code": "qr_1",
        "slug": "ab3xk9pqrt",
        "country": "DE",
        "visitor": 77,
        "ip_hash": 78,
        "ua": IPHONE,
        "source": "symbol",
        "destination": "https://example.com/",
    }
    return ScanEvent(**(plain | changed))


@dataclass(frozen=True)
class Sender:
    """Sends as the edge does: keyed by journal, in order, one partition."""

    producer: AIOKafkaProducer
    topic: str

    async def send(self, events: Iterable[ScanEvent]) -> None:
        await self.send_raw((event.journal, encode(event)) for event in events)

    async def send_raw(self, values: Iterable[tuple[int, bytes]]) -> None:
        waiting = [
            await self.producer.send(
                self.topic,
                value,
                key=f"{journal:016x}".encode(),
                partition=journal % SCANS.partitions,
            )
            for journal, value in values
        ]
        for sent in waiting:
            await sent


def kafka_settings(broker: Broker, prefix: str) -> KafkaSettings:
    return KafkaSettings(
        bootstrap=broker.bootstrap,
        idempotence=broker.idempotent,
        fetch_wait_ms=20,
        topic_prefix=prefix,
    )


@contextlib.asynccontextmanager
async def sending(kafka: KafkaSettings) -> AsyncIterator[Sender]:
    await ensure_topics(kafka)
    producer = make_producer(kafka)
    await producer.start()
    try:
        yield Sender(producer, kafka.topic(SCANS))
    finally:
        await producer.stop()


@dataclass(frozen=True)
class Role:
    """Analytics as a process of its own."""

    child: Child
    environment: Mapping[str, str]
    port: int
    ops_port: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def ops_url(self) -> str:
        return f"http://{HOST}:{self.ops_port}"

    def ask(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        answer = httpx.post(f"{self.url}/internal/{path}", json=body, headers=bearer(), timeout=30)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def marks(self) -> dict[str, int]:
        answer = httpx.get(f"{self.url}/internal/marks", headers=bearer(), timeout=30)
        found: dict[str, int] = answer.json()["marks"]
        return found

    def total(self, **body: object) -> int:
        found = self.ask("query", {"workspace": "ws_1", "include": ["totals"], **body})
        return int(found["totals"]["scans"])


def bearer() -> dict[str, str]:
    return {"authorization": f"Bearer {TOKEN}"}


@dataclass(frozen=True)
class Consuming:
    """The consumer in this process, and what it has stored."""

    ingest: Ingest
    store: ClickHouse
    task: asyncio.Task[None]

    async def count(self) -> int:
        return int((await self.store.rows("SELECT count() FROM scans"))[0][0])

    async def trouble(self) -> str | None:
        health = Health(started=True)
        self.ingest.watch(health)
        return (await health.readiness()).get("ingest")


@contextlib.asynccontextmanager
async def consuming(
    dsn: str, kafka: KafkaSettings, writer: ClickHouse | None = None, **settings: float
) -> AsyncIterator[Consuming]:
    stop, writer, side = asyncio.Event(), writer or ClickHouse(dsn), ClickHouse(dsn)
    chosen: dict[str, Any] = {"session_ms": 1_500, "tick_ms": 50, **settings}
    ingest = Ingest(
        writer=writer,
        side=side,
        kafka=kafka,
        settings=IngestSettings(**chosen),
        metrics=ingest_metrics(CollectorRegistry()),
        clock=SystemClock(),
    )
    task = asyncio.create_task(ingest.run(stop))
    try:
        yield Consuming(ingest, side, task)
    finally:
        stop.set()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await writer.close()
        await side.close()
