"""Nothing that a visitor can send makes a scan that analytics calls dead."""

from pathlib import Path

from qz_analytics.ingest.steps import Scan, judge, steps
from qz_common.urls.query import MAX_SERVED
from tests.fixtures.edge import (
    code,
    exchange,
    get,
    journaled,
    locations,
    put,
    serving,
    settings_for,
    slugs,
)

MANY = "&".join(f"x{number}={'A' * 90}" for number in range(50))
LONG = "ü" * 5_000


async def test_the_longest_scan_of_an_edge_is_stored(tmp_path: Path) -> None:
    put(tmp_path, slugs(passing=code(pass_query=True, tags=[f"tag {n}" * 8 for n in range(50)])))
    settings = settings_for(tmp_path)
    async with serving(settings):
        headers = (f"User-Agent: {LONG}", f"Referer: https://{'a' * 4_000}")
        answer = await exchange(settings.port, get(f"/passing?{MANY}", *headers))
    (event,) = journaled(tmp_path)
    assert MAX_SERVED - 100 < len(locations(answer)[0]) <= MAX_SERVED
    assert event.destination == locations(answer)[0]
    scan = Scan(event, event.ts_ms, event.ts_ms)
    assert judge(scan, steps(event.ts_ms, lambda scan: scan)) == scan
