"""`make run` starts everything, keeps it alive, and stops it without losing anything."""

import json
import os
import signal
import socket
import stat

import asyncpg
import pytest

from tests.fixtures.stack import Run, children_of, is_alive
from tests.fixtures.wait import eventually_sync

ROLES = {"redirect-serve", "redirect-replicate", "api-serve", "api-worker", "analytics-all"}
FOLLOWERS = {"redirect-replicate", "api-worker", "analytics-all"}


def _dsn(stack: Run) -> str:
    password = json.loads((stack.data / "secrets.json").read_text())["postgres"]["owner"]
    port = stack.environment["POSTGRES_PORT"]
    return f"postgresql://quietzone:{password}@127.0.0.1:{port}/quietzone"


async def _query(stack: Run, sql: str) -> object:
    connection = await asyncpg.connect(_dsn(stack))
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def test_start_tells_where_everything_is(stack: Run) -> None:
    stack.start()
    told = json.loads((stack.data / "dev.json").read_text())
    assert {"api_url", "edge_url", "dashboard_url", "live_key", "test_key"} < set(told)
    assert {"admin_email", "admin_password"} < set(told)
    for word in (told["api_url"], told["edge_url"], "Bearer qz_live_1", "curl -sS"):
        assert word in stack.output
    for name in ("dev.json", "secrets.json"):
        assert stat.S_IMODE((stack.data / name).stat().st_mode) == 0o600
    assert {event["role"] for event in stack.events()} >= ROLES


async def test_second_start_finds_all_data(stack: Run) -> None:
    stack.start()
    await _query(stack, "CREATE TABLE kept AS SELECT 7 AS a")
    secrets = (stack.data / "secrets.json").read_text()
    assert stack.stop() == 0
    stack.start()
    assert await _query(stack, "SELECT a FROM kept") == 7
    assert (stack.data / "secrets.json").read_text() == secrets
    known = json.loads((stack.data / "dev.json").read_text())["known"]
    assert known == ["--known", str(stack.data / "dev.json")], "the seed is shown the old keys"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_stops_the_front_first_and_the_real_parts_last(
    stack: Run, number: signal.Signals
) -> None:
    stack.start()
    children = children_of(stack.pid)
    assert stack.stop(number) == 0
    stops = [event for event in stack.events() if event["did"] == "stop"]
    order = [str(event["role"]) for event in stops]
    assert set(order[:2]) == {"redirect-serve", "api-serve"}
    assert set(order[2:4]) == {"redirect-replicate", "api-worker"}
    assert order[4:] == ["analytics-all"]
    assert all(event["postgres"] and event["broker"] for event in stops)
    assert not any(is_alive(pid) for pid in children)
    log = (stack.data / "logs" / "postgres.log").read_text()
    assert "database system is shut down" in log


def test_dead_role_is_started_again_with_a_message(stack: Run) -> None:
    stack.start()
    (first,) = stack.pids("api-serve")
    os.kill(int(str(first)), signal.SIGKILL)
    eventually_sync(lambda: "api-serve is back" in stack.output, 15)
    assert "api-serve was ended by SIGKILL; starting it again" in stack.output
    assert len(stack.pids("api-serve")) == 2
    assert all(len(stack.pids(role)) == 1 for role in ROLES - {"api-serve"})


def test_dead_postgres_is_started_again(stack: Run) -> None:
    stack.start()
    os.kill(stack.postgres_pid(), signal.SIGKILL)
    eventually_sync(lambda: "postgres is back" in stack.output, 30)
    assert all(len(stack.pids(role)) == 1 for role in ROLES)


def test_dead_broker_comes_back_under_a_new_prefix_and_its_followers_with_it(stack: Run) -> None:
    stack.start()
    os.kill(stack.broker_pid(), signal.SIGKILL)
    for role in FOLLOWERS:
        eventually_sync(lambda role=role: f"{role} is back" in stack.output, 20)  # type: ignore[misc]
    starts = [event for event in stack.events() if event["did"] == "start"]
    prefixes = {role: [e["prefix"] for e in starts if e["role"] == role] for role in ROLES}
    assert all(len(prefixes[role]) == 1 for role in ROLES - FOLLOWERS)
    assert all(len(set(prefixes[role])) == 2 for role in FOLLOWERS)
    assert len({prefixes[role][1] for role in FOLLOWERS}) == 1
    assert stack.stop() == 0


def test_port_in_use_names_its_setting(stack: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(stack.environment["REDIRECT_PORT"])))
        taken.listen()
        stack.launch()
        assert stack.wait() == 2
    assert f"REDIRECT_PORT: port {stack.environment['REDIRECT_PORT']} is in use" in stack.output
    assert "Traceback" not in stack.output
    assert stack.events() == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"API_PORT": "eighty"}, "API_PORT: 'eighty' is not int"),
        ({"API_PORT": "8"}, "API_PORT: port 8 (Permission denied)" if os.geteuid() else ""),
        ({"API_PORT": "99999"}, "API_PORT: 99999 is not a port number"),
        ({"API_PORT": "8900", "BROKER_PORT": "8900"}, "BROKER_PORT and API_PORT both are 8900"),
        ({"POSTGRES_OS_USER": "nosuch"}, "no user 'nosuch' here" if not os.geteuid() else ""),
    ],
)
def test_bad_setting_is_named(stack: Run, changed: dict[str, str], told: str) -> None:
    if not told:
        pytest.skip("the other kind of user is told this")
    stack.launch(**changed)
    assert stack.wait() == 2
    assert told in stack.output
    assert "Traceback" not in stack.output


def test_second_run_on_the_same_folder_is_refused(stack: Run) -> None:
    stack.start()
    first, stack.process = stack.process, None
    stack.launch()
    assert stack.wait() == 2
    assert first is not None
    assert f"pid {first.pid}" in stack.output
    assert "QUIETZONE_DATA" in stack.output
    assert first.poll() is None


def test_killed_supervisor_takes_its_children_along(stack: Run) -> None:
    stack.start()
    children = children_of(stack.pid)
    assert len(children) == len(ROLES) + 2
    stack.stop(signal.SIGKILL)
    stack.start()  # at once, while the last of them may still be going
    assert not any(is_alive(pid) for pid in children)
    assert stack.stop() == 0


def test_second_signal_stops_at_once(stack: Run) -> None:
    stack.start(STUBBORN="api-serve")
    children = children_of(stack.pid)
    os.kill(stack.pid, signal.SIGINT)
    eventually_sync(lambda: "stopping" in stack.output, 5)
    os.kill(stack.pid, signal.SIGINT)
    assert stack.wait() == 0
    assert not any(is_alive(pid) for pid in children)


def test_signal_during_the_start_stops_what_was_started(stack: Run) -> None:
    stack.launch()
    eventually_sync(lambda: "ready" in (stack.output), 30)
    assert stack.stop() == 0
    assert "is up" not in stack.output


@pytest.mark.parametrize("dying", ["seed", "analytics-all"])
def test_what_can_not_start_ends_the_run_with_its_last_words(stack: Run, dying: str) -> None:
    stack.launch(DIES=dying)
    assert stack.wait() == 1
    assert "ended with exit code 3" in stack.output
    assert "the reason it died" in stack.output
    assert "Traceback" not in stack.output
    assert not (stack.data / "postgres" / "postmaster.pid").exists()


def test_damaged_private_file_is_named(stack: Run) -> None:
    stack.data.mkdir()
    (stack.data / "secrets.json").write_text('{"internal_token": ')
    stack.launch()
    assert stack.wait() == 2
    assert "secrets.json can't be read" in stack.output
