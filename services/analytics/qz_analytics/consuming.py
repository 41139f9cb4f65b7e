"""The role that stores scans: its clients, and the consumer until it is told to stop."""

import asyncio

from prometheus_client import CollectorRegistry

from qz_analytics.clickhouse import ClickHouse, opened
from qz_analytics.ingest.garbage import collect_seldom
from qz_analytics.ingest.service import Ingest
from qz_analytics.metrics import ingest_metrics
from qz_analytics.pulse import pulse_of
from qz_analytics.settings import Settings
from qz_common.clock import SystemClock
from qz_common.health import Health

SIDE_THREADS = 2
SIDE_SECONDS = 900


async def consume(
    settings: Settings,
    writer: ClickHouse,
    health: Health,
    registry: CollectorRegistry,
    stop: asyncio.Event,
) -> None:
    dsn = settings.store.dsn
    side = ClickHouse(dsn, threads=SIDE_THREADS, seconds=SIDE_SECONDS)
    async with opened(side), pulse_of(dsn) as pulse:
        health.checks["store"] = pulse.check
        ingest = Ingest(
            writer=writer,
            side=side,
            kafka=settings.kafka,
            settings=settings.ingest,
            metrics=ingest_metrics(registry),
            clock=SystemClock(),
        )
        ingest.watch(health)
        collect_seldom()
        await ingest.run(stop)
