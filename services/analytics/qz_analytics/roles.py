"""What each word on the command line runs.

`all` is the consumer and the query side in one process: the embedded engine allows one process
per folder. A role waits for its store, and refuses to start on a schema older than itself unless
it is set to bring it up.
"""

import asyncio
import contextlib
from dataclasses import dataclass

import structlog
from prometheus_client import CollectorRegistry

from qz_analytics.app import create_app, listening
from qz_analytics.clickhouse import ClickHouse, StoreAway, opened, told_apart
from qz_analytics.deps import Deps, open_deps
from qz_analytics.metrics import query_metrics
from qz_analytics.migrate import migrate, pending
from qz_analytics.settings import Settings, StoreSettings
from qz_common.health import Health
from qz_common.ops import ops_server
from qz_common.roles import pause

STORE_PAUSE_SECONDS = 1.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Parts:
    consume: bool
    query: bool


SERVING = {
    "all": Parts(consume=True, query=True),
    "consume": Parts(consume=True, query=False),
    "query": Parts(consume=False, query=True),
}


async def serve(settings: Settings, parts: Parts, stop: asyncio.Event) -> None:
    health, registry = Health(), CollectorRegistry()
    async with contextlib.AsyncExitStack() as stack:
        ops = settings.ops
        await stack.enter_async_context(ops_server(health, registry, ops.host, ops.ops_port))
        writer = await stack.enter_async_context(opened(ClickHouse(settings.store.dsn)))
        if not await _schema_is_there(writer, settings.store, stop):
            return
        if parts.query:
            deps = await stack.enter_async_context(
                open_deps(settings, query_metrics(registry), health)
            )
            await stack.enter_async_context(_answering(settings, deps))
        health.started = True
        await _work(settings, parts, writer, health, registry, stop)
        health.draining = True


async def _work(
    settings: Settings,
    parts: Parts,
    writer: ClickHouse,
    health: Health,
    registry: CollectorRegistry,
    stop: asyncio.Event,
) -> None:
    if not parts.consume:
        await stop.wait()
        return
    # only now: parsers and Arrow would be half the memory of a role that only answers
    from qz_analytics.consuming import consume

    await consume(settings, writer, health, registry, stop)


def _answering(settings: Settings, deps: Deps) -> contextlib.AbstractAsyncContextManager[None]:
    return listening(create_app(deps), settings.ops.host, settings.query.port)


async def _schema_is_there(store: ClickHouse, settings: StoreSettings, stop: asyncio.Event) -> bool:
    """Waits while the store is away; False when told to stop meanwhile."""
    while not stop.is_set():
        try:
            if settings.migrates:
                await asyncio.to_thread(_bring_up, settings)
            missing = await store.run(pending)
        except StoreAway as error:
            log.warning("the store of scans is away", reason=str(error)[:300])
            await pause(stop, STORE_PAUSE_SECONDS)
            continue
        if missing:
            raise SystemExit(f"the schema lacks {', '.join(missing)}: run the role migrate first")
        return True
    return False


def _bring_up(settings: StoreSettings) -> None:
    with told_apart():
        migrate(settings)
