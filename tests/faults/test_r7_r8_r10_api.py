"""R7, R8, R10: one key one effect, no half state after a kill, limits exact across processes.

Real `serve` processes on a real Postgres; the short forms run with `make test`.
"""

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import orjson
import pytest

from tests.fixtures.api import ApiRole, api_environment_of, seeded
from tests.fixtures.postgres import Database
from tests.fixtures.processes import Child

LEAST = {"destination_url": "https://example.com"}
PATH = "/v1/qr-codes"
SINGLES, BULKS, ROWS = 9, 3, 20
"""Calls between two kills, and the codes of a bulk call."""
BULK = "bulk"
MANY = {"items": [LEAST] * ROWS}
IN_FLIGHT = 48
"""Calls at once from one test client, over all processes."""


@dataclass
class Fleet:
    """Several processes over one database, and a key for them."""

    roles: list[ApiRole]
    database: Database
    key: str

    def client(self) -> httpx.AsyncClient:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=IN_FLIGHT)
        return httpx.AsyncClient(
            headers={"Authorization": f"Bearer {self.key}"}, timeout=30, limits=limits
        )

    async def sql(self, statement: str, *arguments: Any) -> Any:
        conn = await asyncpg.connect(self.database.superuser_dsn)
        try:
            return await conn.fetchrow(statement, *arguments)
        finally:
            await conn.close()


@contextlib.contextmanager
def fleet(database: Database, folder: Path, count: int) -> Iterator[Fleet]:
    environment = api_environment_of(database)
    key = seeded(environment)["live_key"]
    roles = [ApiRole("serve", environment, folder, f"serve-{number}") for number in range(count)]
    try:
        for role in roles:
            role.child.start()
        yield Fleet(roles, database, key)
    finally:
        for role in roles:
            kill(role.child)


def kill(child: Child) -> None:
    if child.is_alive():
        child.kill()


@pytest.mark.parametrize("calls", [300, pytest.param(10_000, marks=pytest.mark.slow)])
async def test_parallel_creates_with_one_key_have_one_effect(
    database: Database, tmp_path: Path, calls: int
) -> None:
    with fleet(database, tmp_path, 2) as serving:
        async with serving.client() as client:
            room = asyncio.Semaphore(IN_FLIGHT)

            async def create(number: int) -> httpx.Response:
                async with room:
                    url = serving.roles[number % 2].url + PATH
                    headers = {"Idempotency-Key": "one"}
                    return await client.post(url, json=LEAST, headers=headers)

            answers = await asyncio.gather(*(create(number) for number in range(calls)))
            other = {"destination_url": "https://example.org"}
            mismatch = await client.post(
                serving.roles[0].url + PATH, json=other, headers={"Idempotency-Key": "one"}
            )
        assert set(Counter(answer.status_code for answer in answers)) <= {201, 409}
        assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
        assert mismatch.json()["code"] == "idempotency_mismatch"
        counted = await serving.sql(
            """SELECT (SELECT count(*) FROM codes), (SELECT count(*) FROM outbox),
                      (SELECT sum(created)::int FROM usage_codes)"""
        )
        assert tuple(counted) == (1, 1, 1)


@pytest.mark.parametrize("kills", [6, pytest.param(300, marks=pytest.mark.slow)])
async def test_a_killed_create_tried_again_has_exactly_one_result(
    database: Database, tmp_path: Path, kills: int
) -> None:
    with fleet(database, tmp_path, 1) as serving:
        [role] = serving.roles
        for number in range(kills):
            keys = [f"{number}-{call}" for call in range(SINGLES)]
            keys += [f"{number}-{call}-{BULK}" for call in range(BULKS)]
            await killed_while_creating(serving, role, keys)
            role.child.start()
            async with serving.client() as client:
                for key in keys:
                    answer = await ask(client, role, key)
                    assert answer.is_success, answer.text[:500]
        counted = await serving.sql(
            """SELECT (SELECT count(*) FROM codes), (SELECT count(*) FROM links),
                      (SELECT count(*) FROM routes), (SELECT sum(created)::int FROM usage_codes)"""
        )
        assert tuple(counted) == (kills * (SINGLES + BULKS * ROWS),) * 4
        (records,) = await serving.sql("SELECT count(*) FROM idempotency_keys")
        assert records == kills * (SINGLES + BULKS)


async def killed_while_creating(serving: Fleet, role: ApiRole, keys: list[str]) -> None:
    async with serving.client() as client:
        tries = [asyncio.create_task(ask(client, role, key)) for key in keys]
        # some are answered before the kill, some are not
        await asyncio.wait(tries, timeout=random.uniform(0.0, 0.06))
        await asyncio.to_thread(role.child.kill)
        await asyncio.gather(*tries, return_exceptions=True)


async def ask(client: httpx.AsyncClient, role: ApiRole, key: str) -> httpx.Response:
    """One code, or several in one call when the key says so."""
    path, body = (PATH + "/bulk", MANY) if key.endswith(BULK) else (PATH, LEAST)
    return await client.post(role.url + path, json=body, headers={"Idempotency-Key": key})


@pytest.mark.parametrize(
    ("quota", "calls"), [(40, 160), pytest.param(1_000, 5_000, marks=pytest.mark.slow)]
)
async def test_a_monthly_quota_is_exact_across_processes(
    database: Database, tmp_path: Path, quota: int, calls: int
) -> None:
    with fleet(database, tmp_path, 2) as serving:
        await limit(serving, requests_per_month=quota)
        statuses = await asked(serving, calls)
        assert statuses == {200: quota, 429: calls - quota}
        marks = await serving.sql(
            "SELECT array_agg(percent ORDER BY percent), min(used), max(used) FROM quota_marks"
        )
        assert marks[0] == [80, 100]
        # calls that meet are charged together: the one mark at 80 % may find some units more
        assert quota * 80 // 100 <= marks[1] <= marks[2] == quota


@pytest.mark.parametrize(
    ("rate", "seconds", "processes"),
    [(120, 3.0, 2), pytest.param(600, 60.0, 4, marks=pytest.mark.slow)],
)
async def test_a_rate_is_exact_across_processes(
    database: Database, tmp_path: Path, rate: int, seconds: float, processes: int
) -> None:
    """All at once, then a steady drip: what was given is the bucket and what flowed back."""
    with fleet(database, tmp_path, processes) as serving:
        await limit(serving, requests_per_minute=rate)
        async with serving.client() as client:
            allowed = 0
            began = time.monotonic()
            first = None
            while time.monotonic() - began < seconds:
                calls = (client.get(role.url + "/v1/me") for role in serving.roles * 8)
                answers = await asyncio.gather(*calls)
                allowed += sum(answer.status_code == 200 for answer in answers)
                first = first or time.monotonic()
            ended = time.monotonic()
        assert first is not None
        # the clock of the database ran between these two lengths
        least, most = (int(length * rate / 60) for length in (ended - first, ended - began))
        assert rate + least - 1 <= allowed <= rate + most + 1
        print(f"{allowed} of {rate}/min allowed in {ended - began:.1f} s by {processes} processes")


async def asked(serving: Fleet, calls: int) -> dict[int, int]:
    async with serving.client() as client:
        room = asyncio.Semaphore(IN_FLIGHT)

        async def ask(url: str) -> int:
            async with room:
                return (await client.get(url)).status_code

        urls = [role.url + "/v1/me" for role in serving.roles]
        asks = (partial(ask, urls[number % len(urls)]) for number in range(calls))
        return dict(Counter(await asyncio.gather(*(one() for one in asks))))


async def limit(serving: Fleet, **limits: int) -> None:
    overrides = {"requests_per_minute": None, "requests_per_month": None, **limits}
    await serving.sql(
        "UPDATE workspaces SET plan_overrides = $1::text::jsonb", orjson.dumps(overrides).decode()
    )
