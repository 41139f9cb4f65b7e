"""What analytics has against a question is told as the API tells everything else."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from qz_analytics.app import create_app as create_query_app
from qz_analytics.clickhouse import ClickHouse, StoreAway, StoreRefused
from qz_analytics.deps import Deps as QueryDeps
from qz_analytics.metrics import query_metrics
from qz_analytics.query.limits import Slots
from qz_api.app import create_app
from qz_api.deps import Deps
from qz_api.stats.client import AnalyticsClient
from tests.api.codes.test_create import URL
from tests.api.conftest import INTERNAL_TOKEN, Tenant, client_of

QUERY = "/v1/analytics/query"
WIFI = {"kind": "wifi", "ssid": "Guests", "password": "very secret"}
NO_PORT = "http://127.0.0.1:9"
TIMEOUT_EXCEEDED = 159
Caller = Callable[[httpx.AsyncBaseTransport], Awaitable[httpx.AsyncClient]]


class Refusing(ClickHouse):
    """A store that answers every statement with this."""

    def __init__(self, failure: Exception) -> None:
        super().__init__(NO_PORT)
        self.failure = failure

    async def run(self, work: Any) -> Any:
        raise self.failure


@pytest.fixture
def caller_of(deps: Deps, tenant: Tenant, stack: AsyncExitStack) -> Caller:
    """A caller of the API that asks its questions there."""

    async def make(transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
        client = AnalyticsClient("http://analytics", INTERNAL_TOKEN, transport)
        stack.push_async_callback(client.close)
        app = create_app(replace(deps, analytics=client))
        return await client_of(app, stack, await tenant.key())

    return make


def query_role(
    deps: Deps, store: Exception, slots: int = 4, token: str = INTERNAL_TOKEN
) -> httpx.ASGITransport:
    """The real one, in front of a store that refuses so."""
    query = QueryDeps(
        reader=Refusing(store),
        slots=Slots(slots),
        metrics=query_metrics(CollectorRegistry()),
        clock=deps.clock,
        internal_token=token,
        scans_topic="scans",
        gap_grace_seconds=600,
        deadline_seconds=10,
    )
    return httpx.ASGITransport(create_query_app(query), raise_app_exceptions=False)


AWAY = StoreAway("no route")


async def test_a_question_that_takes_too_long_is_told_so(deps: Deps, caller_of: Caller) -> None:
    slow = StoreRefused("Timeout exceeded", TIMEOUT_EXCEEDED)
    caller = await caller_of(query_role(deps, slow))
    answer = await caller.post(QUERY, json={}, headers={"X-Request-Id": "mine"})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (503, "query_deadline")
    assert answer.headers["retry-after"] == "10"
    assert (problem["instance"], problem["request_id"]) == (QUERY, "mine")


async def test_one_question_too_many_says_when_to_come_back(deps: Deps, caller_of: Caller) -> None:
    caller = await caller_of(query_role(deps, AWAY, slots=0))
    answer = await caller.post(QUERY, json={})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_queries")
    assert answer.headers["retry-after"] == "1"


async def test_a_wrong_body_is_pointed_into(deps: Deps, caller_of: Caller) -> None:
    caller = await caller_of(query_role(deps, AWAY))
    answer = await caller.post(QUERY, json={"metrics": ["scans", "love"]})
    problem = answer.json()
    assert (answer.status_code, problem["instance"]) == (422, QUERY)
    assert [each["pointer"] for each in problem["errors"]] == ["/metrics/1"]
    assert problem["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("path", "parameters", "pointer"),
    [
        ("analytics", {"from": "yesterday?"}, "?from"),
        ("analytics", {"from": "2026-05-02", "to": "2026-05-01"}, "?from"),
        ("analytics", {"from": "2021-01-01", "interval": "minute"}, "?from"),
        ("analytics", {"timezone": "Mars/Olympus"}, "?timezone"),
        ("scans", {"to": "yesterday?"}, "?to"),
        ("scans", {"from": "2026-05-02", "to": "2026-05-01"}, "?from"),
        ("scans", {"cursor": "nonsense"}, "?cursor"),
    ],
)
async def test_a_wrong_parameter_is_named_as_one(
    deps: Deps, caller_of: Caller, path: str, parameters: dict[str, str], pointer: str
) -> None:
    caller = await caller_of(query_role(deps, AWAY))
    link = (await caller.post("/v1/links", json={"destination_url": URL})).headers["location"]
    answer = await caller.get(f"{link}/{path}", params=parameters)
    problem = answer.json()
    assert answer.status_code == 422, problem
    assert [each["pointer"] for each in problem["errors"]] == [pointer]
    assert problem["detail"].startswith(f"{pointer}: ")


async def test_a_store_that_is_away_is_told_of_analytics(deps: Deps, caller_of: Caller) -> None:
    caller = await caller_of(query_role(deps, AWAY))
    answer = await caller.post(QUERY, json={})
    assert (answer.status_code, answer.json()["code"]) == (503, "analytics_unavailable")
    assert answer.headers["retry-after"] == "10"


async def test_nobody_there_is_told_of_analytics(api: httpx.AsyncClient) -> None:
    answer = await api.post(QUERY, json={})
    assert (answer.status_code, answer.json()["code"]) == (503, "analytics_unavailable")
    assert answer.headers["retry-after"] == "2"


async def test_what_is_wrong_between_the_services_is_no_business_of_a_caller(
    deps: Deps, caller_of: Caller
) -> None:
    """Another token is a 404 there, a fault of ours a 500, a proxy's page no problem at all."""
    for transport in (
        query_role(deps, AWAY, token="another"),
        query_role(deps, KeyError("a fault of ours")),
        httpx.MockTransport(lambda _: httpx.Response(503, text="<h1>busy</h1>")),
    ):
        answer = await (await caller_of(transport)).post(QUERY, json={})
        assert (answer.status_code, answer.json()["code"]) == (503, "analytics_unavailable")


async def test_both_logs_tell_of_one_request(deps: Deps, caller_of: Caller) -> None:
    caller = await caller_of(query_role(deps, KeyError("a fault of ours")))
    with capture_logs() as lines:
        await caller.post(QUERY, json={}, headers={"X-Request-Id": "mine"})
    told = {line["event"]: line.get("request_id") for line in lines if line["log_level"] == "error"}
    assert told == {"unexpected": "mine", "analytics can't answer": "mine"}


async def test_only_what_is_the_callers_own_is_counted(
    deps: Deps, tenant: Tenant, caller_of: Caller
) -> None:
    caller = await caller_of(query_role(deps, AWAY))
    static = await caller.post("/v1/qr-codes", json={"type": "static", "content": WIFI})
    answer = await caller.get(f"{static.headers['location']}/analytics")
    assert (answer.status_code, answer.json()["code"]) == (409, "static_code")
    test = await tenant.client(mode="test")
    link = (await caller.post("/v1/links", json={"destination_url": URL})).headers["location"]
    for absent in (link, f"/v1/qr-codes/qr_{'0' * 26}", f"/v1/campaigns/cmp_{'0' * 26}"):
        answer = await test.get(f"{absent}/analytics")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
