"""P4: from an empty folder to ready with a million codes, through a real broker.

python -m tests.bench.cold_start_bench [--codes N]
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from deploy.embedded.backends import free_port
from qz_common.kafka import KafkaSettings, ensure_topics, make_producer
from qz_common.topics import ROUTING
from tests.bench import routes
from tests.fixtures.broker import EmbeddedBroker, broker_environment
from tests.fixtures.processes import role
from tests.fixtures.scans import kafka_settings

READY_SECONDS = 120.0
PREFIX = "bench."


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--codes", type=int, default=1_000_000)
    codes = parser.parse_args().codes
    with tempfile.TemporaryDirectory(prefix="quietzone-bench-") as name:
        folder = Path(name)
        broker = EmbeddedBroker(folder)
        broker.start()
        try:
            asyncio.run(publish(kafka_settings(broker, PREFIX), codes))
            took = start(folder, broker_environment(broker, PREFIX))
        finally:
            broker.kill()
    print(f"replica of {codes} codes ready after {took:.1f} s (P4: 20 s for a million)")
    return 0


async def publish(settings: KafkaSettings, codes: int) -> None:
    await ensure_topics(settings, (ROUTING,))
    producer = make_producer(settings)
    await producer.start()
    topic, number = settings.topic(ROUTING), 0
    batch = producer.create_batch()
    for key, value in routes.records(codes):
        if batch.append(timestamp=None, key=key, value=value) is None:
            await send(producer, batch, topic, number % ROUTING.partitions)
            number, batch = number + 1, producer.create_batch()
            batch.append(timestamp=None, key=key, value=value)
    await send(producer, batch, topic, number % ROUTING.partitions)
    await producer.stop()


async def send(producer: object, batch: object, topic: str, partition: int) -> None:
    batch.close()  # type: ignore[attr-defined]
    await (await producer.send_batch(batch, topic, partition=partition))  # type: ignore[attr-defined]


def start(folder: Path, environment: dict[str, str]) -> float:
    """Seconds from the start of the process, the interpreter's own included."""
    ops_port = free_port()
    data = {"REDIRECT_DATA_DIR": str(folder / "data"), "REPLICATE_OPS_PORT": str(ops_port)}
    child = role(folder, "qz_redirect", "replicate", ops_port, {**environment, **data})
    began = time.perf_counter()
    try:
        child.start(within=READY_SECONDS)
        return time.perf_counter() - began
    finally:
        child.kill()


if __name__ == "__main__":
    sys.exit(main())
