"""P6: from the answer to a scan to a number of it in a query, on the whole stack.

python -m tests.bench.visible_bench [--scans N] [--rate N]
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fixtures.load import Load, under_load
from tests.fixtures.quietzone import Quietzone
from tests.fixtures.stack import installation
from tests.fixtures.wait import eventually_sync

STEP_SECONDS = 0.005
MOST_SECONDS = 30.0
CODES_AT_ONCE = 100


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scans", type=int, default=200)
    parser.add_argument("--rate", type=float, default=300.0, help="of other scans a second")
    options = parser.parse_args()
    with running_stack() as stack:
        slugs = codes(stack, 2 * options.scans + 1)
        other = slugs.pop()[1]
        alone = [probe(stack, *each) for each in slugs[: options.scans]]
        busy = asyncio.run(probed_under_load(stack, slugs[options.scans :], other, options.rate))
    print("\nfrom a scan's answer to its number in a query (P6: p95 at most 2 s)")
    tell("nothing else going on", alone)
    tell(f"{options.rate:.0f} other scans a second", busy)
    return 0


@contextmanager
def running_stack() -> Iterator[Quietzone]:
    with tempfile.TemporaryDirectory(prefix="quietzone-bench-") as name:
        stack = Quietzone(installation(Path(name), Path(name) / "data"))
        try:
            stack.run.start()
            yield stack
            stack.run.stop()
        finally:
            stack.close()
            stack.run.end()


def codes(stack: Quietzone, count: int) -> list[tuple[str, str]]:
    """Link and slug of each."""
    made = []
    for at in range(0, count, CODES_AT_ONCE):
        body = {"defaults": {"destination_url": "https://example.com/"}}
        rows = [{"name": str(number)} for number in range(at, min(count, at + CODES_AT_ONCE))]
        answer = stack.call("POST", "/v1/qr-codes/bulk", {**body, "items": rows})
        answer.raise_for_status()
        made += [(each["link"]["id"], each["link"]["slug"]) for each in answer.json()["data"]]
    return made


def probe(stack: Quietzone, link: str, slug: str) -> float:
    """At a moment of its own, so that no rhythm of the pipeline is met or missed each time."""
    time.sleep(random.random())
    assert stack.scan(slug) is not None
    began = time.perf_counter()
    eventually_sync(lambda: stack.stored(link) == 1, MOST_SECONDS, STEP_SECONDS)
    return time.perf_counter() - began


async def probed_under_load(
    stack: Quietzone, slugs: list[tuple[str, str]], other: str, rate: float
) -> list[float]:
    port = int(stack.run.environment["REDIRECT_PORT"])
    async with under_load(Load(port, paths=(f"/{other}",), rate=rate)):
        return [await asyncio.to_thread(probe, stack, *each) for each in slugs]


def tell(what: str, seconds: list[float]) -> None:
    ordered = sorted(seconds)
    p50, p95 = (ordered[int(len(ordered) * part)] for part in (0.5, 0.95))
    print(
        f"{what:32} {len(ordered)} scans, p50 {p50:.2f} s, p95 {p95:.2f} s, "
        f"slowest {ordered[-1]:.2f} s"
    )


if __name__ == "__main__":
    sys.exit(main())
