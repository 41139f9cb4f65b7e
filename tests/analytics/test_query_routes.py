"""The query side over HTTP: wrong questions get clear answers, right ones the right rows."""

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry

from qz_analytics.app import create_app
from qz_analytics.clickhouse import ClickHouse
from qz_analytics.deps import Deps, reading
from qz_analytics.metrics import query_metrics
from qz_analytics.query.limits import Slots
from qz_analytics.settings import QuerySettings
from qz_common.clock import FrozenClock, to_ms
from tests.analytics.scans import TOKEN, bearer, scan
from tests.analytics.stored import opened, store_events

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MS = to_ms(NOW)
LEAF: list[Any] = ["is", "country", ["DE"]]


def nested(depth: int) -> list[Any]:
    part = LEAF
    for _ in range(depth):
        part = ["not", part]
    return [part]


@contextlib.asynccontextmanager
async def asking(dsn: str, deadline_seconds: float = 10) -> AsyncIterator[httpx.AsyncClient]:
    reader = ClickHouse(dsn, settings=reading(QuerySettings(internal_token=TOKEN)))
    deps = Deps(
        reader=reader,
        slots=Slots(4),
        metrics=query_metrics(CollectorRegistry()),
        clock=FrozenClock(NOW),
        internal_token=TOKEN,
        scans_topic="scans",
        gap_grace_seconds=600,
        deadline_seconds=deadline_seconds,
    )
    transport = httpx.ASGITransport(create_app(deps), raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://analytics", headers=bearer()
    ) as client:
        yield client
    await reader.close()


@pytest.fixture
async def gate() -> AsyncIterator[httpx.AsyncClient]:
    """For what is refused before any store is asked."""
    async with asking("http://127.0.0.1:9") as client:
        yield client


@pytest.fixture
async def client(any_store: str) -> AsyncIterator[httpx.AsyncClient]:
    async with opened(any_store) as writer:
        await store_events(
            writer,
            [
                scan(seq=1, ts_ms=MS - 3_600_000),
                scan(seq=2, ts_ms=MS - 1_000, country="BR", tags=("a", "b")),
                scan(seq=3, ts_ms=MS - 1_000, visitor=5, tags=("a",)),
                scan(seq=4, ts_ms=MS - 500, method="HEAD"),
                scan(seq=5, ts_ms=MS - 400, mode="test"),
                scan(seq=6, ts_ms=MS - 300, workspace="ws_other"),
            ],
        )
        async with asking(any_store) as client:
            yield client


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"metrics": ["scans; DROP TABLE scans"]}, "/metrics/0", "unknown_name"),
        ({"metrics": []}, "/metrics", "invalid"),
        ({"dimensions": ["time:day;DROP"]}, "/dimensions/0", "unknown_name"),
        ({"dimensions": ["time:day", "time:hour"]}, "/dimensions", "too_many"),
        ({"timezone": "UTC'--"}, "/timezone", "unknown_timezone"),
        ({"timezone": "../../etc/passwd"}, "/timezone", "unknown_timezone"),
        ({"timezone": "Mars/Olympus"}, "/timezone", "unknown_timezone"),
        ({"limit": 1_000_000_000}, "/limit", "out_of_range"),
        ({"limit": True}, "/limit", "out_of_range"),
        ({"limit": -1}, "/limit", "out_of_range"),
        ({"range": {"from": "2026-05-02", "to": "2026-05-01"}}, "/range", "empty_range"),
        ({"range": {"from": "1970-01-01"}}, "/range/from", "invalid"),
        ({"range": {"from": "9999-99-99"}}, "/range/from", "invalid"),
        ({"range": "decade"}, "/range", "unknown_name"),
        ({"range": "all", "dimensions": ["time:hour"]}, "/range", "too_many_points"),
        ({"filters": nested(5)}, "/filters/0/1/1/1/1", "too_deep"),
        ({"filters": [LEAF] * 51}, "/filters", "too_many"),
        ({"filters": [["is", "ip_hash", ["1"]]]}, "/filters/0/1", "unknown_name"),
        ({"filters": [["is", "country", ["\ud800"]]]}, "/filters/0/2/0", "invalid"),
        ({"filters": [["is", "country", []]]}, "/filters/0/2", "invalid"),
        ({"filters": [["like", "country", ["D"]]]}, "/filters/0/0", "unknown_name"),
        ({"filters": {"is": 1}}, "/filters", "invalid"),
        ({"verdicts": ["sure"]}, "/verdicts/0", "unknown_name"),
        ({"order_by": [["visitors", "desc"]]}, "/order_by", "unknown_name"),
        ({"order_by": [["scans", "sideways"]]}, "/order_by/0/1", "unknown_name"),
        ({"compare": "next_week"}, "/compare", "unknown_name"),
        ({"workspace": None}, "/workspace", "required"),
        ({"group_by": "day"}, "/group_by", "unknown_field"),
    ],
)
async def test_a_wrong_question_is_told_where_it_is_wrong(
    gate: httpx.AsyncClient, change: dict[str, Any], pointer: str, code: str
) -> None:
    body = as_sent({"workspace": "ws_1", **change})
    answer = await gate.post("/internal/query", content=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert (pointer, code) in {
        (error["pointer"], error["code"]) for error in answer.json()["errors"]
    }


def as_sent(body: dict[str, Any]) -> bytes:
    """Half surrogates included, as a hostile client sends them."""
    return json.dumps(body).encode()


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"\xff", b"NaN", b"[]", b"1"])
async def test_a_body_that_is_no_question_is_refused(gate: httpx.AsyncClient, body: bytes) -> None:
    for path in ("query", "summary", "scans"):
        answer = await gate.post(f"/internal/{path}", content=body)
        assert answer.status_code in (400, 422)


async def test_an_endless_body_is_cut(gate: httpx.AsyncClient) -> None:
    answer = await gate.post("/internal/query", content=b" " * 300_000)
    assert answer.status_code == 413


async def test_a_value_is_never_a_part_of_the_statement(client: httpx.AsyncClient) -> None:
    for value in ("' OR 1=1 --", "\\", "{p0:String}", "%", "\x00", "DE' UNION ALL SELECT"):
        filters = [["is", "country", [value]], ["contains", "referrer", [value]]]
        body = {"workspace": "ws_1", "filters": filters}
        answer = await client.post("/internal/query", json=body)
        assert answer.status_code == 200, answer.text
        assert answer.json()["rows"] == [{"scans": 0}]


async def test_a_workspace_sees_its_own_scans_of_the_asked_mode(client: httpx.AsyncClient) -> None:
    for body, count in (
        ({"workspace": "ws_1"}, 3),
        ({"workspace": "ws_1", "verdicts": "all"}, 4),
        ({"workspace": "ws_1", "mode": "test"}, 1),
        ({"workspace": "ws_other"}, 1),
        ({"workspace": "ws_1' OR '1'='1"}, 0),
    ):
        answer = await client.post("/internal/query", json=body)
        assert answer.json()["rows"] == [{"scans": count}]


async def test_tags_overlap_and_the_total_counts_each_scan_once(client: httpx.AsyncClient) -> None:
    body = {"workspace": "ws_1", "dimensions": ["tag"], "include": ["totals", "completeness"]}
    answer = (await client.post("/internal/query", json=body)).json()
    assert answer["rows"] == [
        {"tag": "a", "scans": 2},
        {"tag": "", "scans": 1},
        {"tag": "b", "scans": 1},
    ]
    assert answer["totals"] == {"scans": 3}
    assert answer["completeness"]["complete_until"] is None


async def test_the_previous_period_is_beside_the_asked_one(client: httpx.AsyncClient) -> None:
    span = {"from": (NOW - timedelta(minutes=30)).isoformat(), "to": NOW.isoformat()}
    body = {"workspace": "ws_1", "range": span, "compare": "previous_period"}
    answer = (await client.post("/internal/query", json=body)).json()
    assert answer["rows"] == [{"scans": 2}]
    assert answer["comparison"]["totals"] == {"scans": 1}


async def test_hours_and_weekdays_are_those_of_the_zone(client: httpx.AsyncClient) -> None:
    body = {
        "workspace": "ws_1",
        "timezone": "Asia/Kolkata",
        "dimensions": ["time:hour_of_day", "time:weekday"],
    }
    rows = (await client.post("/internal/query", json=body)).json()["rows"]
    assert len(rows) == 24 * 7
    found = {(row["hour_of_day"], row["weekday"]): row["scans"] for row in rows if row["scans"]}
    assert found == {(16, 5): 1, (17, 5): 2}


async def test_the_log_is_read_page_by_page_newest_first(client: httpx.AsyncClient) -> None:
    body: dict[str, Any] = {"workspace": "ws_1", "limit": 2, "verdicts": "all"}
    seen = []
    while True:
        answer = (await client.post("/internal/scans", json=body)).json()
        seen += [entry["id"].partition("-")[2] for entry in answer["scans"]]
        assert not {"ip_hash", "visitor", "ua", "ip"} & answer["scans"][0].keys()
        if answer["next_cursor"] is None:
            break
        body["cursor"] = answer["next_cursor"]
    assert seen == ["4", "3", "2", "1"]


@pytest.mark.parametrize("cursor", ["", "x", "W10", "é", "WzEsMiwtM10", 7, "A" * 10_000])
async def test_a_made_up_cursor_is_refused(gate: httpx.AsyncClient, cursor: object) -> None:
    body = {"workspace": "ws_1", "cursor": cursor}
    answer = await gate.post("/internal/scans", json=body)
    assert answer.status_code == 422


async def test_a_fifth_question_at_once_waits(client: httpx.AsyncClient) -> None:
    app: Any = client._transport
    slots = app.app.state.deps.slots
    with slots.one("ws_1"), slots.one("ws_1"), slots.one("ws_1"), slots.one("ws_1"):
        answer = await client.post("/internal/query", json={"workspace": "ws_1"})
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "1"
        other = await client.post("/internal/query", json={"workspace": "ws_other"})
        assert other.status_code == 200


async def test_a_store_that_is_away_is_a_503_that_says_when_to_come_back(
    gate: httpx.AsyncClient,
) -> None:
    for path in ("query", "summary", "scans"):
        answer = await gate.post(f"/internal/{path}", json={"workspace": "ws_1"})
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["retry-after"] == "10"


async def test_a_question_that_waits_too_long_for_others_is_told_so(stores: str) -> None:
    others = threading.Event()
    async with asking(stores, deadline_seconds=0.05) as client:
        app: Any = client._transport
        deps: Deps = app.app.state.deps
        busy = asyncio.create_task(deps.reader.run(lambda _: others.wait(10)))
        for path in ("query", "summary", "scans"):
            answer = await client.post(f"/internal/{path}", json={"workspace": "ws_1"})
            assert (answer.status_code, answer.json()["code"]) == (503, "query_deadline")
        others.set()
        await busy
