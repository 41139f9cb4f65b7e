"""What a request may use, opened once and closed in reverse."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from qz_analytics.clickhouse import ClickHouse, opened
from qz_analytics.metrics import QueryMetrics
from qz_analytics.pulse import pulse_of
from qz_analytics.query.limits import Slots
from qz_analytics.settings import QuerySettings, Settings
from qz_common.clock import Clock, SystemClock
from qz_common.health import Health
from qz_common.topics import SCANS


@dataclass(frozen=True)
class Deps:
    reader: ClickHouse
    slots: Slots
    metrics: QueryMetrics
    clock: Clock
    internal_token: str
    scans_topic: str
    gap_grace_seconds: int
    deadline_seconds: float


@contextlib.asynccontextmanager
async def open_deps(
    settings: Settings, metrics: QueryMetrics, health: Health
) -> AsyncIterator[Deps]:
    query, dsn = settings.query, settings.store.query_dsn or settings.store.dsn
    async with opened(_reader(query, dsn)) as reader, pulse_of(dsn) as pulse:
        health.checks["reader"] = pulse.check
        yield Deps(
            reader=reader,
            slots=Slots(query.per_workspace),
            metrics=metrics,
            clock=SystemClock(),
            internal_token=query.internal_token,
            scans_topic=settings.kafka.topic(SCANS),
            gap_grace_seconds=settings.ingest.gap_grace_seconds,
            deadline_seconds=query.deadline_seconds,
        )


def _reader(query: QuerySettings, dsn: str) -> ClickHouse:
    seconds = query.deadline_seconds + 5
    return ClickHouse(dsn, threads=query.threads, settings=reading(query), seconds=seconds)


def reading(query: QuerySettings) -> dict[str, object]:
    """A reader can't write, and no question takes the store down. `readonly` comes last."""
    return {
        "max_execution_time": query.deadline_seconds,
        "max_memory_usage": query.max_memory_mb * 1_000_000,
        "max_rows_to_read": query.max_rows_read,
        "do_not_merge_across_partitions_select_final": 1,
        "readonly": 2,
    }
