"""Roles that do one thing and end: count everything, or make all rollups anew."""

from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry

from qz_analytics.clickhouse import ClickHouse, opened
from qz_analytics.ingest import rollups
from qz_analytics.ingest.verify import verify_since
from qz_analytics.metrics import ingest_metrics
from qz_analytics.settings import StoreSettings
from qz_common.clock import SystemClock

FIRST_DAY = datetime(2020, 1, 1, tzinfo=UTC)
TOOL_SECONDS = 3_600.0
Say = Callable[[str], None]
Tool = Callable[[StoreSettings, Say], Coroutine[None, None, int]]


async def verify(settings: StoreSettings, say: Say) -> int:
    """All rows against all identities, and all rollups; exit code 1 when something was healed."""
    metrics = ingest_metrics(CollectorRegistry())
    async with _store(settings) as store:
        found = await verify_since(store, FIRST_DAY, datetime.now(UTC), metrics)
        await rollups.make_due(store, SystemClock(), metrics)
    say(f"rows {found.rows}, doubles {found.doubles}, hours reopened {found.hours_reopened}")
    return 1 if found.doubles or found.hours_reopened else 0


async def rebuild(settings: StoreSettings, say: Say) -> int:
    """Opens every hour and day, and makes them again; readers use raw rows meanwhile."""
    async with _store(settings) as store:
        await store.command(
            "INSERT INTO rollup_periods SELECT kind, start, false, "
            "toUnixTimestamp64Micro(now64(6, 'UTC')) FROM rollup_periods FINAL"
        )
        await rollups.make_due(store, SystemClock(), ingest_metrics(CollectorRegistry()))
        made = "SELECT kind, countIf(made) FROM rollup_periods FINAL GROUP BY kind ORDER BY kind"
        for kind, count in await store.rows(made):
            say(f"{kind}s made: {count}")
    return 0


def _store(settings: StoreSettings) -> AbstractAsyncContextManager[ClickHouse]:
    return opened(ClickHouse(settings.dsn, seconds=TOOL_SECONDS))


TOOLS: dict[str, Tool] = {"verify": verify, "rebuild": rebuild}
