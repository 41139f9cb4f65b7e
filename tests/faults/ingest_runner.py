"""Runs the consumer in children that are killed at a named step; for the tests beside it.

    python -m tests.faults.ingest_runner plan.json

Each stop forks a child that runs until the nth time it comes to that step, then is killed (after
so many milliseconds, to hit the middle of an insert). The last child runs until as many scans are
stored as the file `until` says, and one more reports what the store holds. The parent opens no
engine and no connection, so forking is safe, and it pays the imports once.
"""

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry

from qz_analytics.clickhouse import ClickHouse
from qz_analytics.ingest import agents, rollups
from qz_analytics.ingest.service import Ingest
from qz_analytics.ingest.tallies import totals
from qz_analytics.ingest.verify import verify_since
from qz_analytics.metrics import ingest_metrics
from qz_analytics.migrate import migrate
from qz_analytics.settings import IngestSettings, StoreSettings
from qz_common.clock import FrozenClock, SystemClock
from qz_common.kafka import KafkaSettings
from qz_common.telemetry import configure_logging

Step = Callable[[str], None]
SESSION_MS = 1_500
LOOK_SECONDS = 0.2
IDENTITIES = "SELECT uniqExact(journal, seq) FROM scans"


@dataclass(frozen=True)
class Plan:
    dsn: str
    kafka: dict[str, Any]
    until: str
    report: str
    stops: list[tuple[str, int, int]]
    """Step, which time, milliseconds later."""
    freeze_at: str = ""
    """A step where the first child stops itself until it is told to go on."""


def stop_at(name: str, nth: int, after_ms: int, number: int) -> Step:
    seen = 0

    def step(at: str) -> None:
        nonlocal seen
        seen += at == name
        if at != name or seen != nth:
            return
        if after_ms:
            threading.Timer(after_ms / 1000, os.kill, (os.getpid(), number)).start()
        else:
            os.kill(os.getpid(), number)

    return step


def no_stop(_: str) -> None:
    return None


async def consume(plan: Plan, step: Step) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    writer, side = ClickHouse(plan.dsn), ClickHouse(plan.dsn)
    ingest = Ingest(
        writer=writer,
        side=side,
        kafka=KafkaSettings(**plan.kafka),
        settings=IngestSettings(session_ms=SESSION_MS, verify_seconds=2, tick_ms=100),
        metrics=ingest_metrics(CollectorRegistry()),
        clock=SystemClock(),
        step=step,
    )
    watch = asyncio.create_task(_stop_when_all_is_stored(side, Path(plan.until), stop))
    await ingest.run(stop)
    watch.cancel()
    await writer.close()
    await side.close()


async def _stop_when_all_is_stored(side: ClickHouse, until: Path, stop: asyncio.Event) -> None:
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        wanted = await asyncio.to_thread(_number_in, until)
        if wanted and (await side.rows(IDENTITIES))[0][0] >= wanted:
            stop.set()


def _number_in(path: Path) -> int:
    return int(path.read_text() or 0) if path.exists() else 0


async def report(plan: Plan) -> None:
    """What the store holds before verify, what verify finds, and what rollups and totals say."""
    store, metrics = ClickHouse(plan.dsn), ingest_metrics(CollectorRegistry())
    later = FrozenClock(datetime.now(UTC) + timedelta(days=2))
    found: dict[str, Any] = {"before": await _rows(store)}
    verified = await verify_since(store, datetime(2026, 1, 1, tzinfo=UTC), later.now(), metrics)
    await rollups.make_due(store, later, metrics)
    found |= {"verified": asdict(verified), "after": await _rows(store)}
    for table in ("workspace_hourly", "workspace_daily", "link_daily"):
        found[table] = (await store.rows(f"SELECT sum(scans) FROM {table} FINAL"))[0][0]
    links = [tuple(row) for row in await store.rows("SELECT DISTINCT workspace, link FROM scans")]
    found["totals"] = {row[1]: row[3] for row in await totals(store, links)}
    found["gaps"] = (await store.rows("SELECT sum(missing) FROM journal_gaps FINAL"))[0][0]
    await asyncio.to_thread(_write_whole, Path(plan.report), json.dumps(found))
    await store.close()


def _write_whole(path: Path, text: str) -> None:
    """Whoever looks meanwhile finds nothing, or all of it."""
    fresh = path.with_suffix(".new")
    fresh.write_text(text)
    fresh.replace(path)


async def _rows(store: ClickHouse) -> list[int]:
    """Rows, rows as a reader counts them, identities."""
    counted = "SELECT (SELECT count() FROM scans), (SELECT count() FROM scans FINAL), "
    return list((await store.rows(f"{counted} ({IDENTITIES})"))[0])


def in_child(work: Coroutine[None, None, None]) -> int:
    """How the child ended: minus the signal, or its exit code."""
    child = os.fork()
    if child == 0:
        asyncio.run(work)
        os._exit(0)
    work.close()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


async def prepare(plan: Plan) -> None:
    migrate(StoreSettings(dsn=plan.dsn))


def main() -> None:
    plan = Plan(**json.loads(Path(sys.argv[1]).read_text()))
    configure_logging("analytics", "consume")
    agents.warm_up()
    if plan.dsn.startswith("chdb"):
        in_child(prepare(plan))
    for name, nth, after_ms in plan.stops:
        ended = in_child(consume(plan, stop_at(name, nth, after_ms, signal.SIGKILL)))
        print(f"ended {name}: {ended}", flush=True)
    frozen = stop_at(plan.freeze_at, 1, 0, signal.SIGSTOP) if plan.freeze_at else no_stop
    in_child(consume(plan, frozen))
    sys.exit(in_child(report(plan)))


if __name__ == "__main__":
    main()
