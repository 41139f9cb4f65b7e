"""Scans stored without a broker: what the tests of questions ask about."""

import contextlib
from collections.abc import AsyncIterator, Sequence

from prometheus_client import CollectorRegistry

from qz_analytics.clickhouse import ClickHouse
from qz_analytics.deps import reading
from qz_analytics.ingest.block import cut
from qz_analytics.ingest.columns import block_of
from qz_analytics.ingest.steps import Scan
from qz_analytics.ingest.store import write_scans
from qz_analytics.metrics import IngestMetrics, ingest_metrics
from qz_analytics.settings import QuerySettings
from qz_common.events import ScanEvent


async def store_events(writer: ClickHouse, events: Sequence[ScanEvent]) -> None:
    in_time = sorted(events, key=lambda event: event.ts_ms)
    for run in cut([Scan(event, event.ts_ms, event.ts_ms) for event in in_time]):
        await write_scans(writer, block_of(run))


@contextlib.asynccontextmanager
async def opened(dsn: str) -> AsyncIterator[ClickHouse]:
    store = ClickHouse(dsn)
    try:
        yield store
    finally:
        await store.close()


@contextlib.asynccontextmanager
async def reading_from(dsn: str) -> AsyncIterator[ClickHouse]:
    """A client that is held as the query side's are."""
    store = ClickHouse(dsn, settings=reading(QuerySettings(internal_token="t")))
    try:
        yield store
    finally:
        await store.close()


def new_metrics() -> IngestMetrics:
    return ingest_metrics(CollectorRegistry())
