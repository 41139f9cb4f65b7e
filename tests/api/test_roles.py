"""The roles as processes: they wait for Postgres, refuse an old schema, and end in order."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.api import ApiRole, fetch
from tests.fixtures.broker import Broker, broker_environment
from tests.fixtures.postgres import Cluster, Database, migrate_api
from tests.fixtures.wait import eventually_sync


@pytest.fixture
def serving(api_environment: dict[str, str], tmp_path: Path) -> Iterator[ApiRole]:
    role = ApiRole("serve", api_environment, tmp_path)
    yield role
    role.child.stop()


def test_serve_answers_and_ends_in_order(serving: ApiRole) -> None:
    serving.child.start()
    status, problem = fetch(f"{serving.url}/v1/me")
    assert (status, problem["code"]) == (401, "missing_key")
    process = serving.child.process
    assert process is not None
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


def test_serve_refuses_an_older_schema(
    api_environment: dict[str, str], bare_database: Database, tmp_path: Path
) -> None:
    role = ApiRole("serve", {**api_environment, **bare_database.environment}, tmp_path)
    role.child.launch()
    assert role.child.wait(15) != 0
    assert "migrate first" in role.child.log.read_text()


def test_serve_waits_for_postgres(
    own_postgres: Cluster, api_environment: dict[str, str], tmp_path: Path
) -> None:
    database = own_postgres.create()
    migrate_api(database)
    own_postgres.stop()
    role = ApiRole("serve", {**api_environment, **database.environment}, tmp_path)
    role.child.launch()
    eventually_sync(lambda: role.status("/livez") == 200, within=15)
    assert role.status("/readyz") == 503
    own_postgres.start()
    role.child.wait_ready()
    role.child.stop()


def test_a_bad_setting_is_named(tmp_path: Path) -> None:
    role = ApiRole("serve", {"API_PORT": "none"}, tmp_path)
    role.child.launch()
    assert role.child.wait(15) == 78
    log = role.child.log.read_text()
    assert "POSTGRES_DSN" in log
    assert "KEY_PEPPER" in log


def test_the_worker_starts_without_a_broker_and_ends_in_order(
    api_environment: dict[str, str], own_broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    own_broker.stop()
    environment = {**api_environment, **broker_environment(own_broker, topic_prefix)}
    role = ApiRole("worker", environment, tmp_path)
    role.child.start()
    own_broker.start()
    eventually_sync(lambda: "routing was filled" in role.child.log.read_text(), within=20)
    process = role.child.process
    assert process is not None
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
