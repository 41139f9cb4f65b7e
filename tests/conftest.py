"""Fixtures on real parts, and which broker the tests run on."""

import pytest

pytest_plugins = [
    "tests.fixtures.processes",
    "tests.fixtures.postgres",
    "tests.fixtures.broker",
    "tests.fixtures.clickhouse",
]

BROKER_FIXTURES = {"broker", "own_broker"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--broker",
        choices=("embedded", "kafka"),
        default="embedded",
        help="kafka: run what talks to a broker, and only that, on Apache Kafka",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With Apache Kafka only what uses a broker runs; without it what needs Kafka does not."""
    on_kafka = config.getoption("--broker") == "kafka"
    kept = [item for item in items if (_uses_broker(item) if on_kafka else not _needs_kafka(item))]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def _needs_kafka(item: pytest.Item) -> bool:
    return item.get_closest_marker("kafka") is not None


def _uses_broker(item: pytest.Item) -> bool:
    return _needs_kafka(item) or bool(BROKER_FIXTURES & set(getattr(item, "fixturenames", ())))
