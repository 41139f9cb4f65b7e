"""How fast scans come in, against the two floors it can be compared with, in one run.

    python -m tests.bench.ingest_bench [--rows 300000] [--rounds 3]

Lines: ready-made Arrow batches inserted into the same table; a bare loop that decodes and inserts
what it decoded; our pipeline from records (decode, marks, steps, enrichment, verdicts, insert);
and the whole consumer, from the broker to committed offsets. All rounds are interleaved.
"""

import argparse
import asyncio
import cProfile
import io
import pstats
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

import pyarrow as pa
from prometheus_client import CollectorRegistry

from qz_analytics.clickhouse import ClickHouse
from qz_analytics.ingest.block import decode_all, form, journals_of
from qz_analytics.ingest.columns import block_of
from qz_analytics.ingest.garbage import collect_seldom
from qz_analytics.ingest.marks import Mark, Marks
from qz_analytics.ingest.service import Ingest
from qz_analytics.ingest.steps import Scan
from qz_analytics.metrics import ingest_metrics
from qz_analytics.migrate import migrate
from qz_analytics.settings import IngestSettings, StoreSettings
from qz_common.clock import SystemClock
from qz_common.events import ScanEvent, decode_scan, encode
from qz_common.kafka import KafkaSettings, ensure_topics, make_producer
from qz_common.topics import SCANS
from tests.fixtures.broker import EmbeddedBroker
from tests.fixtures.wait import eventually

BLOCK = 50_000
AGENTS = 2_000
PHONE = (
    "Mozilla/5.0 (Linux; Android {android}; SM-S9{model}B) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/{chrome}.0.0.0 Mobile Safari/537.36"
)


class Cost(NamedTuple):
    """Seconds on the clock, and of all threads of this process, the store's included."""

    wall: float
    cpu: float


class Meter:
    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> Cost:
        return Cost(time.perf_counter() - self._wall, time.process_time() - self._cpu)


@dataclass(frozen=True)
class Record:
    """As the consumer gets it."""

    partition: int
    offset: int
    timestamp: int
    key: bytes
    value: bytes


def events(count: int, journal: int) -> list[ScanEvent]:
    rng = random.Random(journal)
    now_ms = int(time.time() * 1000)
    agents = [
        PHONE.format(android=rng.randrange(9, 17), model=rng.randrange(100), chrome=n)
        for n in range(AGENTS)
    ]
    return [
        ScanEvent(
            journal=journal,
            seq=seq,
            ts_ms=now_ms - rng.randrange(60_000),
            workspace=f"ws_{rng.randrange(50):026}",
            link=f"lnk_{rng.randrange(5_000):026}",
            code=f"qr_{rng.randrange(5_000):026}",
            slug=f"{rng.randrange(5_000):010}",
            route_version=rng.randrange(1 << 40),
            destination=f"https://shop.example/products/{rng.randrange(5_000)}",
            country=rng.choice(("DE", "FR", "US", "BR", "IN")),
            city=f"City {rng.randrange(300)}",
            visitor=rng.randrange(1, 1 << 64),
            ip_hash=rng.randrange(1, 1 << 64),
            ua=rng.choice(agents),
            language="de-DE",
            source="symbol",
        )
        for seq in range(1, count + 1)
    ]


def as_records(found: Sequence[ScanEvent]) -> list[Record]:
    return [
        Record(0, event.seq, event.ts_ms, f"{event.journal:016x}".encode(), encode(event))
        for event in found
    ]


async def insert_ready(store: ClickHouse, blocks: Sequence[pa.Table]) -> None:
    for block in blocks:
        await store.insert("scans", block)


async def bare_loop(store: ClickHouse, records: Sequence[Record]) -> None:
    """Decodes and inserts what the event says, nothing else."""
    names = [name for name in ScanEvent.__struct_fields__ if name not in ("v", "ts_ms", "utm")]
    names = [name for name in names if name not in ("hints", "tags")]
    for at in range(0, len(records), BLOCK):
        decoded = [decode_scan(record.value) for record in records[at : at + BLOCK]]
        columns = {name: [getattr(event, name) for event in decoded] for name in names}
        block = pa.table({name: _array(name, values) for name, values in columns.items()})
        times = pa.array([event.ts_ms for event in decoded], pa.timestamp("ms", "UTC"))
        await store.insert("scans", block.append_column("ts", times))


def _array(name: str, values: list[object]) -> pa.Array:
    wide = name in ("journal", "seq", "visitor", "ip_hash", "route_version")
    return pa.array(values, pa.uint64() if wide else None)


async def pipeline(store: ClickHouse, records: Sequence[Record]) -> None:
    marks = Marks()
    for at in range(0, len(records), BLOCK):
        decoded = decode_all(records[at : at + BLOCK])
        marks.learn({journal: Mark() for journal in marks.unknown(journals_of(decoded))})
        for run in form(decoded, marks, int(time.time() * 1000)).runs:
            await store.insert("scans", run)


async def consumer(kafka: KafkaSettings, store: ClickHouse, rows: int) -> Cost:
    """From the first poll to the last commit, as the role runs it."""
    collect_seldom()
    metrics = ingest_metrics(CollectorRegistry())
    ingest = Ingest(
        writer=store,
        side=store,
        kafka=kafka,
        settings=IngestSettings(session_ms=10_000, block_rows=BLOCK, verify_seconds=600),
        metrics=metrics,
        clock=SystemClock(),
    )
    stop = asyncio.Event()
    task = asyncio.create_task(ingest.run(stop))
    await eventually(lambda: ingest.membership and ingest.membership.assigned, within=60)
    meter = Meter()
    await eventually(lambda: metrics.stored._value.get() >= rows, within=600)
    cost = meter.read()
    stop.set()
    await task
    return cost


async def fill(kafka: KafkaSettings, found: Sequence[ScanEvent], journal: int) -> None:
    await ensure_topics(kafka)
    producer = make_producer(kafka)
    await producer.start()
    at, key = 0, f"{journal:016x}".encode()
    while at < len(found):
        batch = producer.create_batch()
        while at < len(found) and batch.append(timestamp=None, key=key, value=encode(found[at])):
            at += 1
        batch.close()
        await producer.send_batch(batch, kafka.topic(SCANS), partition=journal % SCANS.partitions)
    await producer.flush()
    await producer.stop()


async def timed(work: Callable[[], Awaitable[None]]) -> Cost:
    meter = Meter()
    await work()
    return meter.read()


async def rounds(store: ClickHouse, broker: EmbeddedBroker, rows: int, count: int) -> None:
    costs: dict[str, list[Cost]] = {}
    for number in range(count):
        found = events(rows, journal=number + 1)
        records = as_records(found)
        scans = [Scan(event, event.ts_ms, event.ts_ms) for event in found]
        blocks = [block_of(scans[at : at + BLOCK]) for at in range(0, rows, BLOCK)]
        kafka = KafkaSettings(
            bootstrap=broker.bootstrap,
            idempotence=False,
            fetch_wait_ms=20,
            topic_prefix=f"b{number}.",
        )
        await fill(kafka, found, number + 1)
        lines = {
            "ready Arrow batches": partial(insert_ready, store, blocks),
            "bare decode and insert": partial(bare_loop, store, records),
            "pipeline from records": partial(pipeline, store, records),
        }
        for name, work in lines.items():
            await store.command("TRUNCATE TABLE scans")
            costs.setdefault(name, []).append(await timed(work))
        await store.command("TRUNCATE TABLE scans")
        costs.setdefault("consumer, from the broker", []).append(await consumer(kafka, store, rows))
    show(rows, costs)


def show(rows: int, costs: dict[str, list[Cost]]) -> None:
    """The ratio of CPU time holds on a busy machine too, where the one of rows/s does not."""
    wall = {name: median(cost.wall for cost in found) for name, found in costs.items()}
    cpu = {name: median(cost.cpu for cost in found) for name, found in costs.items()}
    ready, bare = "ready Arrow batches", "bare decode and insert"
    print(f"{'':26}{'rows/s':>10}{'of ready':>10}{'of bare':>9}{'CPU us/row':>12}{'of ready':>10}")
    for name, seconds in wall.items():
        print(
            f"{name:26}{rows / seconds:10,.0f}{wall[ready] / seconds:10.2f}"
            f"{wall[bare] / seconds:9.2f}{cpu[name] / rows * 1e6:12.1f}"
            f"{cpu[ready] / cpu[name]:10.2f}"
        )


def profile(rows: int) -> None:
    """Where a block's own time goes, without the store."""
    records = as_records(events(rows, journal=99))
    marks = Marks({99: Mark()})
    profiler = cProfile.Profile()
    profiler.enable()
    form(decode_all(records), marks, int(time.time() * 1000))
    profiler.disable()
    out = io.StringIO()
    pstats.Stats(profiler, stream=out).sort_stats("tottime").print_stats(14)
    print("\n".join(line for line in out.getvalue().splitlines() if line.strip()))


async def run(rows: int, count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        dsn = f"chdb://{folder}/store?database=bench"
        migrate(StoreSettings(dsn=dsn))
        store, broker = ClickHouse(dsn), EmbeddedBroker(Path(folder))
        broker.start()
        try:
            await rounds(store, broker, rows, count)
        finally:
            broker.kill()
            await store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    asyncio.run(run(chosen.rows, chosen.rounds))
    profile(BLOCK)


if __name__ == "__main__":
    main()
