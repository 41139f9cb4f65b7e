"""R16: an address of a visitor or a caller is in no store, topic, journal or log of the stack."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from aiokafka import AIOKafkaConsumer

from deploy.embedded.backends import HOST
from tests.fixtures.addresses import files_below, planted, texts
from tests.fixtures.quietzone import PHONE, Quietzone
from tests.fixtures.stack import installation
from tests.fixtures.wait import eventually_empty, eventually_sync

pytestmark = pytest.mark.xdist_group("e2e")

CALLERS = 12
TOPICS = ("routing", "scans", "requests", "tallies")
DUMP = """
import clickhouse_connect, sys
with clickhouse_connect.get_client(dsn="chdb://" + sys.argv[1]) as client:
    for (table,) in client.query("SHOW TABLES").result_rows:
        sys.stdout.buffer.write(client.raw_query(f"SELECT * FROM {table}", fmt="TSV"))
"""


@pytest.fixture
def behind_a_proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Quietzone]:
    """A stack of its own, which believes what we say about addresses."""
    folder = tmp_path_factory.mktemp("addresses")
    made = Quietzone(
        installation(folder, folder / "data", TRUSTED_PROXIES=f"{HOST}/32", REQUEST_RECORDS="true")
    )
    try:
        made.run.start()
        yield made
    finally:
        made.close()
        made.run.end()


@pytest.mark.parametrize("count", [200, pytest.param(10_000, marks=pytest.mark.slow)])
async def test_an_address_never_leaves_its_request(behind_a_proxy: Quietzone, count: int) -> None:
    stack, addresses = behind_a_proxy, planted(count)
    sought = texts(addresses)
    code = stack.create("https://example.com")
    scan_from(stack, code["link"]["slug"], addresses)
    call_from(stack, addresses[:: count // CALLERS])
    eventually_sync(lambda: stack.stored(code["link"]["id"]) == count, within=20 + count / 100)
    topics = await filled_topics(stack)
    stack.run.stop()
    kept = {str(path): data for path, data in files_below(stack.run.data).items()}
    kept |= {"ClickHouse": clickhouse_of(stack.run.data), **topics}
    assert len(kept["ClickHouse"].splitlines()) > count
    assert [(name, form) for name, data in kept.items() for form in sought if form in data] == []


def scan_from(stack: Quietzone, slug: str, addresses: list[str]) -> None:
    with httpx.Client(headers={"User-Agent": PHONE}) as phone:
        for address in addresses:
            url = f"{stack.told['edge_url']}/{slug}"
            answer = phone.get(url, headers={"X-Forwarded-For": address})
            assert answer.status_code == 302


def call_from(stack: Quietzone, addresses: list[str]) -> None:
    """Callers that sign in wrongly, ask without a key, and ask with one."""
    url, key = stack.told["api_url"], {"Authorization": f"Bearer {stack.told['live_key']}"}
    body = {"email": stack.told["admin_email"], "password": "not the one that it is"}
    for address in addresses:
        said = {"X-Forwarded-For": address}
        assert httpx.post(f"{url}/v1/session", json=body, headers=said).status_code in (401, 429)
        assert httpx.get(f"{url}/v1/me", headers=said).status_code == 401
        assert httpx.get(f"{url}/v1/me", headers={**said, **key}).status_code == 200


async def filled_topics(stack: Quietzone) -> dict[str, bytes]:
    topics: dict[str, bytes] = {}

    async def missing() -> list[str]:
        topics.update(await records_of(stack))
        return [name for name in TOPICS if not topics.get(name)]

    await eventually_empty(missing)
    return topics


async def records_of(stack: Quietzone) -> dict[str, bytes]:
    """Everything that stands in each topic, whatever its prefix."""
    broker = f"{HOST}:{stack.run.environment['BROKER_PORT']}"
    async with AIOKafkaConsumer(bootstrap_servers=broker) as consumer:
        names = await consumer.topics()
    return {name.rpartition(".")[2]: await _whole(broker, name) for name in names}


async def _whole(broker: str, topic: str) -> bytes:
    seen = []
    # a seek after the start would race against the consumer's own look for the end
    first = {"auto_offset_reset": "earliest"}
    async with AIOKafkaConsumer(topic, bootstrap_servers=broker, **first) as consumer:
        parts = consumer.assignment()
        ends = await consumer.end_offsets(parts)
        while any([await consumer.position(part) < ends[part] for part in parts]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for each in records:
                    headers = b"".join(value for _, value in each.headers)
                    seen.append((each.key or b"") + (each.value or b"") + headers)
    return b"\n".join(seen)


def clickhouse_of(data: Path) -> bytes:
    """Every row of the stopped stack's own store; on disk they are packed."""
    folder = str(data / "clickhouse")
    return subprocess.run(
        [sys.executable, "-c", DUMP, folder], capture_output=True, check=True
    ).stdout
