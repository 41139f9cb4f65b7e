"""A replica as large as wanted, and a geo database, made for the bench."""

import random
import time
from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path

from mmdb_writer import MMDBWriter
from netaddr import IPNetwork, IPSet  # type: ignore[import-untyped]

from qz_common.records import CodeRecord, SaltRecord, code_key, encode, salt_key
from qz_redirect.replica.store import Generations
from qz_redirect.replica.writer import Writer

BATCH = 20_000
NETWORKS = 20_000


def slug(number: int) -> str:
    """As random slugs look, and the same in every run: `wrk` can name them without a list."""
    return f"c{number * 7_368_787 % 10_000_000:07d}x"


def records(count: int) -> Iterator[tuple[bytes, bytes]]:
    yield salt_key("2000-01-01").encode(), encode(SaltRecord(version=1, day="2000-01-01", salt="s"))
    for number in range(count):
        record = CodeRecord(
            version=1,
            workspace="ws_01kd0000000000000000000000",
            link=f"lnk_{number:026d}",
            code=f"qr_{number:026d}",
            location=f"https://example.com/landing/{number}?campaign=spring",
            destination_id=f"dst_{number:026d}",
            tags=("spring",),
            created_at_ms=1_779_200_000_000,
        )
        yield code_key("", slug(number)).encode(), encode(record)


def build_replica(root: Path, count: int) -> float:
    """Seconds that it took to apply them, without Kafka."""
    generations = Generations(root)
    writer = Writer(generations.fresh())
    began, batch = time.perf_counter(), []
    for record in records(count):
        batch.append(record)
        if len(batch) == BATCH:
            writer.apply(batch, {})
            batch = []
    writer.apply(batch, {})
    took = time.perf_counter() - began
    generations.publish(writer.path)
    writer.close()
    return took


def build_geo(path: Path) -> None:
    """Random networks with places in MaxMind's form; the load's own addresses are among them."""
    rng, writer = random.Random(7), MMDBWriter(4, "Bench-City", languages=["en"])
    chosen = {"127.0.0.0/24", "81.2.69.0/24"}
    while len(chosen) < NETWORKS:
        start = rng.randrange(1 << 24, 223 << 24) & ~0xFF
        chosen.add(str(IPv4Network((start, 24))))
    for number, network in enumerate(sorted(chosen)):
        place = {
            "country": {"iso_code": rng.choice(("BR", "DE", "FR", "GB", "US"))},
            "city": {"names": {"en": f"City {number % 3000}"}},
            "subdivisions": [{"iso_code": f"R{number % 90}"}],
        }
        writer.insert_network(IPSet([IPNetwork(network)]), place)
    writer.to_db_file(str(path))


LUA = """
local n, total = %d, 10000000
math.randomseed(11)
request = function()
  local slug = string.format("/c%%07dx", (math.random(0, n - 1) * 7368787) %% total)
  return wrk.format("GET", slug)
end
"""


def write_lua(path: Path, count: int) -> Path:
    path.write_text(LUA % count)
    return path
