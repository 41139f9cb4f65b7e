"""Kafka to ClickHouse exactly once: kill -9 of the consumer at every step, under load.

`QZ_FAULT_KILLS=200` makes it as long as the promise says; by default each step once.
"""

import asyncio
import contextlib
import json
import os
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qz_common.events import ScanEvent
from qz_common.kafka import KafkaSettings
from tests.analytics.scans import IPHONE, Sender, kafka_settings, sending
from tests.faults.ingest_plans import start_plan
from tests.fixtures.broker import Broker
from tests.fixtures.processes import Child
from tests.fixtures.wait import eventually

KILLS = int(os.environ.get("QZ_FAULT_KILLS", "6"))
WITHIN_SECONDS = 60.0 + 12 * KILLS
PACE_SECONDS = 0.1
BATCH = 40
MONTH_END_MS = int(datetime(2026, 11, 1, tzinfo=UTC).timestamp() * 1000)
STEPS = (
    ("polled", 2, 0),
    ("insert sent", 2, 4),
    ("insert applied", 2, 0),
    ("insert applied", 1, 0),  # of a block of two months: between its runs
    ("before the commit", 2, 0),
    ("insert sent", 1, 25),
)


class Load:
    """Scans of three journals: one of October, one of November, one that crosses over."""

    def __init__(self) -> None:
        self.sent: list[ScanEvent] = []
        self._rng = random.Random(11)
        self._seqs: Counter[int] = Counter()

    def batch(self) -> list[ScanEvent]:
        found = [self._scan(self._rng.choice((0xA, 0xB, 0xC))) for _ in range(BATCH)]
        self.sent += found
        return found

    def _scan(self, journal: int) -> ScanEvent:
        self._seqs[journal] += 1
        seq = self._seqs[journal]
        late = journal == 0xB or (journal == 0xC and seq > 400)
        return ScanEvent(
            journal=journal,
            seq=seq,
            ts_ms=MONTH_END_MS + (seq * 500 if late else seq * 500 - 3_600_000),
            workspace="ws_1",
            link=f"lnk_{self._rng.randrange(5)}",
            ua=IPHONE,
            visitor=self._rng.randrange(1, 1_000),
            source="symbol",
        )


async def test_kills_at_every_step_lose_and_double_nothing(
    broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    stops = [STEPS[at % len(STEPS)] for at in range(KILLS)]
    kafka, load = kafka_settings(broker, topic_prefix), Load()
    async with sending(kafka) as sender:
        runner = _runner(tmp_path, kafka, stops)
        await _send_until(lambda: len(_ended(runner)) == KILLS, sender, load)
        await sender.send(load.sent[: len(load.sent) // 3])  # again, as after a lost broker
        await sender.send(load.batch())
    (tmp_path / "until").write_text(str(len(load.sent)))
    report = await eventually(lambda: _report(tmp_path), within=60)
    assert runner.wait() == 0
    assert _ended(runner) == [f"ended {name}: -9" for name, *_ in stops]
    _check_exact(report, load.sent)


async def _send_until(done: Any, sender: Sender, load: Load) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + WITHIN_SECONDS
    over = asyncio.create_task(eventually(done, within=WITHIN_SECONDS))
    while not over.done() and loop.time() < deadline:
        await sender.send(load.batch())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(over), PACE_SECONDS)
    await over


def _runner(folder: Path, kafka: KafkaSettings, stops: list[tuple[str, int, int]]) -> Child:
    return start_plan(folder, kafka, f"chdb://{folder / 'store'}?database=faults", stops=stops)


def _ended(runner: Child) -> list[str]:
    lines = runner.log.read_text().splitlines() if runner.log.exists() else []
    return [line for line in lines if line.startswith("ended ")]


def _report(folder: Path) -> dict[str, Any]:
    path = folder / "runner.report"
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return found


def _check_exact(report: dict[str, Any], sent: list[ScanEvent]) -> None:
    """In raw rows, before verify had anything to heal, and in every rollup and total."""
    count = len(sent)
    assert report["before"] == [count, count, count]
    assert report["verified"]["doubles"] == 0
    assert report["gaps"] == 0
    rolled = {name: report[name] for name in ("workspace_hourly", "workspace_daily", "link_daily")}
    assert rolled == dict.fromkeys(rolled, count)
    assert report["totals"] == Counter(event.link for event in sent)
