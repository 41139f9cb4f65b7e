"""R5: a broker that comes back empty, under a new prefix, loses nothing and doubles nothing.

The edge, `replicate` and analytics are real processes; as a supervisor would, the test starts the
two that know a prefix again with every new one. The API's part, routing published again from
Postgres, is played by the test and has tests of its own.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import clickhouse_connect
import pytest

from deploy.embedded.backends import free_port
from qz_analytics.migrate import migrate
from qz_analytics.settings import StoreSettings
from qz_common.kafka import KafkaSettings, ensure_topics, make_producer
from qz_common.records import encode
from qz_common.topics import ROUTING
from tests.analytics.scans import TOKEN, Role
from tests.fixtures.broker import Broker, broker_environment
from tests.fixtures.edge import (
    EdgeProcess,
    code,
    edge_process,
    exchange,
    get,
    killed_at_end,
    put,
    replicate_process,
    slugs,
    statuses,
)
from tests.fixtures.load import Load, under_load
from tests.fixtures.processes import role
from tests.fixtures.scans import kafka_settings
from tests.fixtures.wait import eventually

ROUTES = slugs(plain=code(version=3), gone=code("lnk_2", version=4, status="deleted"))
AN_OLDER_DUMP = slugs(plain=code(version=3), gone=code("lnk_2", version=1))


@pytest.mark.parametrize(
    ("wipes", "scans"), [(1, 300), pytest.param(8, 3000, marks=pytest.mark.slow)]
)
async def test_a_wiped_broker_loses_and_doubles_nothing(
    own_broker: Broker,
    topic_prefix: str,
    clickhouse_http_dsn: str,
    tmp_path: Path,
    wipes: int,
    scans: int,
) -> None:
    migrate(StoreSettings(dsn=clickhouse_http_dsn))
    data = tmp_path / "data"
    put(data, ROUTES)
    edge = edge_process(tmp_path, data, "edge", JOURNAL_SEGMENT_BYTES="40000")
    load = Load(edge.port)
    with killed_at_end(edge.child):
        edge.child.start()
        async with under_load(load):
            for life in range(wipes + 1):
                environment = {
                    **broker_environment(own_broker, f"{topic_prefix}{life}."),
                    "CLICKHOUSE_DSN": clickhouse_http_dsn,
                }
                await publish(kafka_settings(own_broker, f"{topic_prefix}{life}."))
                with a_life(data, environment) as analytics:
                    await seen_for(load, analytics, scans)
                    if life < wipes:
                        own_broker.kill()
                        await eventually(
                            partial(load.has_answered, len(load.answered) + scans / 3), within=120
                        )
                    else:
                        load.stop()
                        await eventually(lambda: caught_up(load, analytics), within=120)
                if life < wipes:
                    own_broker.start()
        await still_dead(edge)
    check(load, clickhouse_http_dsn, wipes)


@contextmanager
def a_life(data: Path, environment: dict[str, str]) -> Iterator[Role]:
    """What knows the prefix of a broker: it goes as the broker goes, without a goodbye."""
    port, ops_port = free_port(), free_port()
    shared = {
        **environment,
        "JOURNAL_KEEP": "stored",
        "ANALYTICS_URL": f"http://127.0.0.1:{port}",
        "ANALYTICS_PORT": str(port),
        "ANALYTICS_OPS_PORT": str(ops_port),
        "INTERNAL_TOKEN": TOKEN,
        "INGEST_SESSION_MS": "2000",
    }
    analytics = role(data.parent, "qz_analytics", "all", ops_port, shared)
    replicate = replicate_process(data.parent, data, shared)
    with killed_at_end(analytics, replicate):
        analytics.start()
        replicate.start()
        yield Role(analytics, shared, port, ops_port)


async def publish(settings: KafkaSettings) -> None:
    """Routing again, with an older living version of a code that was deleted meanwhile."""
    await ensure_topics(settings)
    producer = make_producer(settings)
    await producer.start()
    for key, record in AN_OLDER_DUMP.items():
        await producer.send_and_wait(settings.topic(ROUTING), encode(record), key=key.encode())
    await producer.stop()


async def seen_for(load: Load, analytics: Role, scans: int) -> None:
    """So many more are answered, and some of this life are stored."""
    goal = len(load.answered) + scans
    stored = sum(analytics.marks().values())
    await eventually(partial(load.has_answered, goal), within=30 + scans / 50)
    await eventually(lambda: sum(analytics.marks().values()) > stored, within=60, step=0.2)


def caught_up(load: Load, analytics: Role) -> bool:
    return sum(analytics.marks().values()) >= len(load.answered)


def check(load: Load, dsn: str, wipes: int) -> None:
    with clickhouse_connect.get_client(dsn=dsn) as client:
        rows = client.query("SELECT journal, seq, ua FROM scans").result_rows
    numbers = Counter(int(ua) for _, _, ua in rows)
    lost = set(load.answered) - set(numbers)
    double = [number for number, count in numbers.items() if count > 1]
    print(f"{wipes} wipes, {len(load.answered)} answered, {len(lost)} lost, {len(double)} double")
    assert not load.failed
    assert (sorted(lost), double) == ([], [])
    assert set(numbers) == set(load.answered)
    assert len({(journal, seq) for journal, seq, _ in rows}) == len(rows)


async def still_dead(edge: EdgeProcess) -> None:
    assert statuses(await exchange(edge.port, get("/gone"))) == [410]
