"""Analytics on the real broker and store."""

from collections.abc import AsyncIterator, Callable

import pytest

from deploy.embedded.backends import free_port
from qz_analytics.migrate import migrate
from qz_analytics.settings import StoreSettings
from qz_common.kafka import KafkaSettings
from tests.analytics.scans import TOKEN, Role, Sender, kafka_settings, sending
from tests.fixtures.broker import Broker, broker_environment
from tests.fixtures.processes import StartRole


@pytest.fixture
def kafka(broker: Broker, topic_prefix: str) -> KafkaSettings:
    return kafka_settings(broker, topic_prefix)


@pytest.fixture
async def sender(kafka: KafkaSettings) -> AsyncIterator[Sender]:
    async with sending(kafka) as sender:
        yield sender


@pytest.fixture
def start_analytics(
    start_role: StartRole, broker: Broker, topic_prefix: str
) -> Callable[..., Role]:
    def start(dsn: str, word: str = "all", **settings: str) -> Role:
        port, ops_port = free_port(), free_port()
        environment = {
            **broker_environment(broker, topic_prefix),
            "CLICKHOUSE_DSN": dsn,
            "ANALYTICS_PORT": str(port),
            "ANALYTICS_OPS_PORT": str(ops_port),
            "INTERNAL_TOKEN": TOKEN,
            "INGEST_SESSION_MS": "2000",
            **settings,
        }
        return Role(
            start_role("qz_analytics", word, ops_port, environment), environment, port, ops_port
        )

    return start


@pytest.fixture
def stores(clickhouse_dsn: str) -> str:
    """DSN of a migrated store in the engine of this process."""
    migrate(StoreSettings(dsn=clickhouse_dsn))
    return clickhouse_dsn


@pytest.fixture(params=["clickhouse_dsn", "clickhouse_http_dsn"])
def any_store(request: pytest.FixtureRequest) -> str:
    """The same, once in process and once over HTTP."""
    dsn: str = request.getfixturevalue(request.param)
    migrate(StoreSettings(dsn=dsn))
    return dsn
