"""The replica is held to what Postgres says: real Postgres, API, relay, broker and LMDB."""

import asyncio
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from qz_common.internal import internal_client
from qz_common.records import PageRecord, code_key, encode, page_key
from qz_common.route_digest import PAGE, hash_of
from qz_common.settings import load
from qz_redirect.replica.check import Checked, Checker
from qz_redirect.replica.compare import MOST_DIFFERENCES, compare
from qz_redirect.replica.follow import Follower
from qz_redirect.replica.store import Generations
from qz_redirect.replica.truth import TIMEOUT_SECONDS, Truth
from qz_redirect.replica.writer import Writer
from qz_redirect.settings import ReplicateSettings
from qz_redirect.tasks import background
from tests.fixtures.api import INTERNAL_TOKEN, ApiRole, api_environment_of, seeded
from tests.fixtures.broker import Broker, broker_environment
from tests.fixtures.edge import code
from tests.fixtures.postgres import Cluster, Database
from tests.fixtures.wait import eventually

SETTLE_SECONDS = 0.1
PLACES = 3
Plant = Callable[["Site", bytes], None]


@dataclass
class Deployment:
    """Management API, relay and broker, shared by the tests of this file."""

    api: ApiRole
    worker: ApiRole
    database: Database
    environment: dict[str, str]
    key: str

    def call(self, method: str, path: str, **body: object) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self.key}"}
        answer = httpx.request(
            method, f"{self.api.url}/v1/{path}", json=body, headers=headers, timeout=30
        )
        answer.raise_for_status()
        made: dict[str, Any] = answer.json() if answer.content else {}
        return made

    def create(self) -> tuple[dict[str, Any], bytes]:
        made = self.call("POST", "qr-codes", destination_url="https://example.com/a")
        return made, code_key("", made["link"]["slug"]).encode()

    async def sql(self, statement: str, *arguments: object) -> None:
        conn = await asyncpg.connect(self.database.superuser_dsn)
        try:
            await conn.execute(statement, *arguments)
        finally:
            await conn.close()


@pytest.fixture(scope="module")
def deployment(
    postgres_cluster: Cluster,
    migrated: str,
    broker: Broker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Deployment]:
    database, folder = postgres_cluster.create(migrated), tmp_path_factory.mktemp("check")
    prefix = f"t{secrets.token_hex(4)}."
    environment = {**api_environment_of(database), **broker_environment(broker, prefix)}
    api, worker = (ApiRole(name, environment, folder) for name in ("serve", "worker"))
    for role in (api, worker):
        role.child.start()
    yield Deployment(api, worker, database, environment, seeded(environment)["live_key"])
    for role in (api, worker):
        role.child.kill()
    postgres_cluster.drop(database)


@dataclass
class Site:
    """One edge host's replica and its check; `asked` are the questions to the API."""

    deployment: Deployment
    follower: Follower
    client: httpx.AsyncClient
    asked: list[str] = field(default_factory=list)

    @property
    def writer(self) -> Writer:
        writer = self.follower.writer_in_step()
        assert writer is not None
        return writer

    @property
    def truth(self) -> Truth:
        return Truth(self.client)

    async def check(self) -> Checked:
        checker = Checker(self.follower.writer_in_step, SETTLE_SECONDS)
        self.asked.clear()
        await checker.check(self.truth)
        return checker.checked

    def has(self, key: bytes) -> bytes | None:
        """The hash of what stands under a key."""
        return dict(self.writer.hashed("", "", 1 << 20)).get(key)

    def put(self, key: bytes, value: bytes | None) -> None:
        self.writer.apply([(key, None)], {})
        if value:
            self.writer.apply([(key, value)], {})

    def put_old(self, key: bytes, **fields: object) -> None:
        """A version that is older than any that Postgres has given."""
        self.put(key, encode(code("lnk_old", 0, **fields)))

    async def has_all(self) -> bool:
        """As far as the topic can help."""
        return (await compare(self.truth, self.writer, 0.0)).count == 0


@pytest.fixture
async def site(deployment: Deployment, tmp_path: Path) -> AsyncIterator[Site]:
    async with site_at(deployment, tmp_path) as opened:
        yield opened


@asynccontextmanager
async def site_at(deployment: Deployment, folder: Path) -> AsyncIterator[Site]:
    settings = load(ReplicateSettings, deployment.environment)
    follower = Follower(settings.kafka, Generations(folder / "replica"))
    asked: list[str] = []

    async def note(request: httpx.Request) -> None:
        asked.append(request.url.path.rpartition("/")[2])

    api_url = deployment.api.url
    async with internal_client(api_url, INTERNAL_TOKEN, TIMEOUT_SECONDS) as client:
        client.event_hooks = {"request": [note]}
        site = Site(deployment, follower, client, asked)
        try:
            async with background(follower.run()):
                await eventually(follower.writer_in_step, within=30)
                await eventually(site.has_all, within=30)
                yield site
        finally:
            follower.close()


async def arrived(site: Site, key: bytes) -> bytes:
    """The hash under a key, once it is there as Postgres has it."""
    await eventually(lambda: site.has(key), within=20)
    await eventually(site.has_all, within=20)
    hash = site.has(key)
    assert hash
    return hash


async def test_equal_sides_exchange_digests_and_nothing_else(site: Site) -> None:
    _, key = site.deployment.create()
    await arrived(site, key)
    checked = await site.check()
    assert (checked.checks, checked.differences, checked.unmended) == (1, 0, 0)
    assert checked.good_at
    assert site.asked == ["digest"]


def missing(site: Site, key: bytes) -> None:
    site.put(key, None)


def an_older_version(site: Site, key: bytes) -> None:
    site.put_old(key)


@pytest.mark.parametrize("plant", [missing, an_older_version])
async def test_what_differs_is_found_and_mended(site: Site, plant: Plant) -> None:
    _, key = site.deployment.create()
    right = await arrived(site, key)
    plant(site, key)
    checked = await site.check()
    assert (checked.differences, checked.mended, checked.unmended) == (1, 1, 0)
    assert site.has(key) == right
    assert (await site.check()).differences == 0


async def test_bytes_that_differ_at_the_same_version_are_mended(site: Site) -> None:
    _, key = site.deployment.create()
    right = await arrived(site, key)
    value = await site.truth.record(key)
    assert value
    site.put(key, value.replace(b"example.com", b"example.net"))
    assert (await site.check()).mended == 1
    assert site.has(key) == right


async def test_a_deletion_that_was_missed_is_made_up_for(site: Site) -> None:
    made, key = site.deployment.create()
    active = await arrived(site, key)
    site.deployment.call("DELETE", f"links/{made['link']['id']}")
    await eventually(lambda: site.has(key) != active, within=20)
    await eventually(site.has_all, within=20)
    deleted = site.has(key)
    site.put_old(key)
    assert (await site.check()).mended == 1
    assert site.has(key) == deleted


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"code:/ghost", encode(code("lnk_ghost", 1))),
        (b"code:zz.example/ghost", encode(code("lnk_ghost", 1, rules=[]))),
        (page_key("ghost").encode(), encode(PageRecord(version=1, id="ghost", workspace="ws"))),
        (b"domain:zz.example", b'{"type":"domain","version":1,"host":"zz.example","workspace":""}'),
    ],
)
async def test_what_postgres_has_no_more_is_removed(site: Site, key: bytes, value: bytes) -> None:
    """Buried after its thirty days, and the edge missed both the deletion and the null."""
    site.deployment.create()
    site.put(key, value)
    checked = await site.check()
    assert (checked.differences, checked.mended) == (1, 1)
    assert site.has(key) is None


async def test_what_is_newer_than_postgres_is_left_and_told_of(site: Site) -> None:
    """Postgres was restored from a backup, or this is another database."""
    _, known = site.deployment.create()
    await arrived(site, known)
    newer = encode(code("lnk_newer", 1 << 50))
    for key in (known, b"code:/from-the-future"):
        site.put(key, newer)
    checked = await site.check()
    assert (checked.differences, checked.mended, checked.unmended) == (2, 0, 2)
    assert not checked.good_at
    assert site.has(known) == site.has(b"code:/from-the-future") == hash_of(newer)


async def test_so_many_extra_records_are_not_believed(site: Site) -> None:
    keys = [f"code:/ghost-{number}".encode() for number in range(MOST_DIFFERENCES + 1)]
    site.writer.apply([(key, encode(code("lnk_ghost", 1))) for key in keys], {})
    checked = await site.check()
    assert (checked.mended, checked.good_at) == (0, 0.0)
    assert checked.unmended > MOST_DIFFERENCES
    assert site.has(keys[0])


async def test_a_difference_that_passes_by_itself_is_none(site: Site) -> None:
    _, key = site.deployment.create()
    await arrived(site, key)
    value = await site.truth.record(key)
    site.put(key, None)
    site.asked.clear()
    comparing = asyncio.create_task(compare(site.truth, site.writer, 1.0))
    await eventually(lambda: "hashes" in site.asked)
    await asyncio.to_thread(site.put, key, value)
    assert (await comparing).count == 0


async def test_a_record_that_waits_to_be_published_is_no_difference(site: Site) -> None:
    made, key = site.deployment.create()
    before = await arrived(site, key)
    worker = site.deployment.worker.child
    worker.kill()
    site.deployment.call(
        "PATCH", f"links/{made['link']['id']}", destination_url="https://example.com/b"
    )
    checked = await site.check()
    assert (checked.checks, checked.differences) == (1, 0)
    assert site.has(key) == before
    worker.start()
    await eventually(lambda: site.has(key) != before, within=30)


async def test_without_the_api_a_check_is_left_out(site: Site) -> None:
    checker = Checker(site.follower.writer_in_step, SETTLE_SECONDS)
    for url, token in (("http://127.0.0.1:1", ""), (site.deployment.api.url, "wrong")):
        async with internal_client(url, token, TIMEOUT_SECONDS) as client:
            await checker.check(Truth(client))
    assert (checker.checked.skipped, checker.checked.checks) == (2, 0)


async def test_a_replica_that_has_not_caught_up_is_not_compared(site: Site) -> None:
    checker = Checker(lambda: None, SETTLE_SECONDS)
    site.asked.clear()
    await checker.check(site.truth)
    assert (checker.checked.skipped, site.asked) == (1, [])


async def test_a_difference_on_a_later_page_costs_the_hashes_of_that_page(site: Site) -> None:
    rows = [
        (code_key("pages.example", f"{n:05}"), encode(code(version=1))) for n in range(2 * PAGE)
    ]
    await site.deployment.sql(
        "INSERT INTO routes (key, value) SELECT * FROM unnest($1::text[], $2::bytea[])",
        *zip(*rows, strict=True),
    )
    site.writer.apply([(key.encode(), value) for key, value in rows], {})
    lost = rows[-3][0].encode()
    site.put(lost, None)
    checked = await site.check()
    assert (checked.differences, checked.mended) == (1, 1)
    assert site.asked.count("hashes") == 2
    assert site.asked.count("digest") >= PLACES
    assert site.has(lost) == hash_of(rows[-3][1])
    await site.deployment.sql("DELETE FROM routes WHERE key LIKE 'code:pages.example/%'")


async def test_replicate_checks_by_itself(site: Site) -> None:
    _, key = site.deployment.create()
    right = await arrived(site, key)
    checker = Checker(site.follower.writer_in_step, SETTLE_SECONDS)
    async with background(checker.run(site.truth, 0.05)):
        await eventually(lambda: checker.checked.good_at, within=20)
        await asyncio.to_thread(site.put, key, None)
        await eventually(lambda: checker.checked.mended, within=20)
    assert site.has(key) == right


async def test_the_command_tells_people(deployment: Deployment, tmp_path: Path) -> None:
    _, key = deployment.create()
    async with site_at(deployment, tmp_path) as site:
        await arrived(site, key)
        code, said = await asyncio.to_thread(digest_command, deployment, tmp_path)
        assert (code, "0 differ" in said) == (0, True)
        site.put(key, None)
        site.put_old(b"code:/ghost")
        code, said = await asyncio.to_thread(digest_command, deployment, tmp_path)
    assert code == 1
    assert f"missing: {key.decode()}" in said
    assert "extra: code:/ghost" in said
    assert "2 differ" in said


def digest_command(deployment: Deployment, folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "qz_redirect", "replica", "digest"],
        env={
            **deployment.environment,
            "REDIRECT_DATA_DIR": str(folder),
            "API_URL": deployment.api.url,
        },
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr
