"""R18: memory stays flat over a long time of scans, edits and outages.

The whole stack under load; its parts are paused in turn. The resident size of every role after
warm-up is compared with that of the end, both as medians. The embedded broker keeps its topics in
memory by design: it is shown, not judged.
"""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import httpx
import pytest

from tests.fixtures.load import Load, under_load
from tests.fixtures.processes import frozen, resident_kib
from tests.fixtures.quietzone import ROLES, Quietzone
from tests.fixtures.stack import installation
from tests.fixtures.wait import eventually

pytestmark = pytest.mark.xdist_group("e2e")
SCAN_RATE = 100.0
CALLS_PAUSE_SECONDS = 0.2
PAUSED = ("broker", "postgres", "analytics-all", "redirect-replicate", "api-worker")
SAMPLE_SECONDS = 1.0
GROWTH_FACTOR = 1.10
GROWTH_KIB = 8 * 1024


@dataclass
class Owner:
    """Somebody who makes codes, edits them, looks at images and charts, one call after another."""

    quietzone: Quietzone
    statuses: Counter[int] = field(default_factory=Counter)

    async def work(self, client: httpx.AsyncClient, stop: asyncio.Event) -> None:
        for number in itertools.count(1):
            await self._one_round(client, number)
            if stop.is_set():
                return

    async def _one_round(self, client: httpx.AsyncClient, number: int) -> None:
        url = f"https://example.com/{number}"
        made = await self._call(client, "POST", "/v1/qr-codes", {"destination_url": url})
        if made is None or made.status_code != 201:
            return
        code = made.json()["id"]
        await self._call(client, "PATCH", f"/v1/qr-codes/{code}", {"destination_url": url + "/new"})
        await self._call(client, "GET", f"/v1/qr-codes/{code}/image")
        await self._call(client, "GET", f"/v1/qr-codes/{code}/analytics")
        await self._call(client, "GET", "/v1/qr-codes?limit=50")

    async def _call(
        self, client: httpx.AsyncClient, method: str, path: str, body: object = None
    ) -> httpx.Response | None:
        await asyncio.sleep(CALLS_PAUSE_SECONDS)
        try:
            answer = await client.request(method, path, json=body)
        except httpx.TransportError:
            return None
        self.statuses[answer.status_code] += 1
        return answer


@dataclass
class Sizes:
    """KiB in memory of each process over time."""

    quietzone: Quietzone
    seen: dict[str, list[int]] = field(default_factory=dict)

    async def watch(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            for name in (*ROLES, "broker"):
                self.seen.setdefault(name, []).append(resident_kib(self.quietzone.pid(name)))
            await asyncio.sleep(SAMPLE_SECONDS)

    def quarter(self, name: str, which: int) -> float:
        sizes = self.seen[name]
        return median(sizes[len(sizes) * which // 4 : len(sizes) * (which + 1) // 4])


@pytest.fixture
def soaked(tmp_path: Path) -> Iterator[Quietzone]:
    quietzone = Quietzone(installation(tmp_path, tmp_path / "data"))
    try:
        quietzone.run.start()
        yield quietzone
        assert quietzone.run.stop() == 0
    finally:
        quietzone.close()
        quietzone.run.end()


@pytest.mark.parametrize(
    ("seconds", "outage"), [(24.0, 1.5), pytest.param(1800.0, 20.0, marks=pytest.mark.slow)]
)
async def test_memory_stays_flat(soaked: Quietzone, seconds: float, outage: float) -> None:
    made = soaked.create("https://example.com/soak")
    pids = {name: soaked.pid(name) for name in ROLES}
    load = Load(_edge_port(soaked), (f"/{made['link']['slug']}",), rate=SCAN_RATE)
    owner, sizes = Owner(soaked), Sizes(soaked)
    async with _beside(owner, sizes), under_load(load):
        until = time.monotonic() + seconds
        for target in itertools.cycle(PAUSED):
            await _pass(outage * 2)
            with frozen(soaked.pid(target)):
                await _pass(outage)
            if time.monotonic() > until:
                break
    _tell(load, owner, sizes)
    await eventually(lambda: soaked.stored(made["link"]["id"]) >= len(load.answered), within=120)
    assert not load.failed
    assert not load.errors
    assert soaked.stored(made["link"]["id"]) == len(load.answered)
    assert owner.statuses.keys() <= {200, 201, 503}, owner.statuses
    assert {name: soaked.pid(name) for name in ROLES} == pids, "a role was started again"
    for name in ROLES:
        assert sizes.quarter(name, 3) <= sizes.quarter(name, 1) * GROWTH_FACTOR + GROWTH_KIB, name


@asynccontextmanager
async def _beside(owner: Owner, sizes: Sizes) -> AsyncIterator[None]:
    told, stop = owner.quietzone.told, asyncio.Event()
    headers = {"Authorization": f"Bearer {told['live_key']}"}
    async with (
        httpx.AsyncClient(base_url=told["api_url"], headers=headers, timeout=30) as client,
        asyncio.TaskGroup() as tasks,
    ):
        tasks.create_task(owner.work(client, stop))
        tasks.create_task(sizes.watch(stop))
        try:
            yield
        finally:
            stop.set()


async def _pass(seconds: float) -> None:
    until = time.monotonic() + seconds
    await eventually(lambda: time.monotonic() > until, within=seconds + 5)


def _edge_port(quietzone: Quietzone) -> int:
    return int(quietzone.told["edge_url"].rpartition(":")[2])


def _tell(load: Load, owner: Owner, sizes: Sizes) -> None:
    print(f"{len(load.answered)} scans, calls by status {dict(owner.statuses)}")
    for name in sizes.seen:
        second, last = sizes.quarter(name, 1), sizes.quarter(name, 3)
        print(
            f"{name}: {second / 1024:.1f} MiB in the second quarter, {last / 1024:.1f} in the last"
        )
