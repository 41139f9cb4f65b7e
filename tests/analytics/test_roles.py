"""Analytics as a role on the real broker and the real engine, from a sent scan to an answer."""

import subprocess
import sys
from collections.abc import Callable, Mapping

import httpx

from tests.analytics.scans import Role, Sender, scan
from tests.fixtures.wait import eventually

Start = Callable[..., Role]


def migrate_folder(dsn: str) -> None:
    run_tool("migrate", {"CLICKHOUSE_DSN": dsn})


def run_tool(word: str, environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "qz_analytics", word],
        env={"PATH": "", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_a_sent_scan_is_in_the_summary_once(
    start_analytics: Start, sender: Sender, clickhouse_folder_dsn: str
) -> None:
    migrate_folder(clickhouse_folder_dsn)
    role = start_analytics(clickhouse_folder_dsn)
    await sender.send([scan(seq=1), scan(seq=2, visitor=9), scan(seq=2, visitor=9)])
    await eventually(lambda: role.total() == 2, within=20)
    found = role.ask("summary", {"workspace": "ws_1", "scope": {"code": ["qr_1"]}})
    assert found["totals"]["scans"] == 2
    assert found["totals"]["visitors"] == 2
    assert found["series"][-1]["scans"] == 2
    assert found["breakdowns"]["country"] == [{"value": "DE", "scans": 2, "visitors": 2}]
    assert found["breakdowns"]["scan_method"][0]["value"] == "camera"
    assert role.marks() == {f"{0xA1:016x}": 2}


async def test_sigterm_stores_what_was_polled_and_ends_clean(
    start_analytics: Start, sender: Sender, clickhouse_folder_dsn: str
) -> None:
    migrate_folder(clickhouse_folder_dsn)
    role = start_analytics(clickhouse_folder_dsn)
    await sender.send(scan(seq=seq) for seq in range(1, 501))
    role.child.stop()
    again = start_analytics(clickhouse_folder_dsn)
    await eventually(lambda: again.total() == 500)


def test_strangers_find_nothing(start_analytics: Start, clickhouse_folder_dsn: str) -> None:
    migrate_folder(clickhouse_folder_dsn)
    role = start_analytics(clickhouse_folder_dsn)
    for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "qz_live_key"}):
        answer = httpx.get(f"{role.url}/internal/marks", headers=headers)
        assert answer.status_code == 404
        assert answer.json()["code"] == "not_found"


def test_a_role_that_only_answers_carries_no_parsers_and_no_arrow() -> None:
    told = "import sys, qz_analytics.__main__; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert {"pyarrow", "ua_parser", "crawlerdetect"} & set(done.stdout.split()) == set()
