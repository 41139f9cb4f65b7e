"""Replay: a draft over the scans that analytics has, told honestly where facts are missing."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import httpx
import orjson
import pytest

from qz_api.app import create_app
from qz_api.deps import Deps
from qz_api.stats.client import AnalyticsClient
from qz_common.utm import UTM_NAMES
from tests.api.codes.test_create import URL
from tests.api.conftest import Tenant, client_of

SCAN: dict[str, Any] = {
    "id": "0000000000000001-1", "time": "2026-05-19T12:00:00.000+00:00", "kind": "scan",
    "destination": URL, "rule": "", "variant": "", "country": "DE", "region": "BE",
    "city": "Berlin", "device": "phone", "os": "ios", "browser": "safari", "language": "de-DE",
    "referrer": "", "referrer_host": "", "source_class": "print", "scan_method": "camera",
    "utm_source": "", "utm_medium": "", "utm_campaign": "", "utm_term": "", "utm_content": "",
}  # fmt: skip
PT = {**SCAN, "country": "PT", "language": "pt-PT"}
TO_PT = {"when": [{"kind": "country", "values": ["PT"]}], "destination_url": f"{URL}/pt"}


class Analytics:
    """What analytics would answer, a page at a time, and what it was asked."""

    def __init__(self) -> None:
        self.scans: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self.status = 200

    def answer(self, request: httpx.Request) -> httpx.Response:
        question = orjson.loads(request.content)
        self.asked.append(question)
        if self.status != 200:
            problem = {"code": "too_many_queries", "detail": "at most 4 at once"}
            return httpx.Response(self.status, json=problem)
        start = int(question.get("cursor", 0))
        end = start + question["limit"]
        following = str(end) if end < len(self.scans) else None
        return httpx.Response(200, json={"scans": self.scans[start:end], "next_cursor": following})


@pytest.fixture
def analytics() -> Analytics:
    return Analytics()


@pytest.fixture
async def caller(
    deps: Deps, tenant: Tenant, analytics: Analytics, stack: AsyncExitStack
) -> AsyncIterator[httpx.AsyncClient]:
    client = AnalyticsClient("http://analytics", "t", httpx.MockTransport(analytics.answer))
    app = create_app(replace(deps, analytics=client))
    yield await client_of(app, stack, await tenant.key())
    await client.close()


@pytest.fixture
async def link(caller: httpx.AsyncClient) -> str:
    where: str = (await caller.post("/v1/links", json={"destination_url": URL})).headers["location"]
    return where


async def replay(caller: httpx.AsyncClient, link: str, **body: Any) -> dict[str, Any]:
    answer = await caller.post(f"{link}/replay", json=body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_what_would_have_moved_from_where_to_where(
    caller: httpx.AsyncClient, analytics: Analytics, link: str, tenant: Tenant
) -> None:
    analytics.scans = [PT, SCAN, PT, {**PT, "kind": "press"}, {**PT, "destination": ""}]
    told = await replay(caller, link, rules=[TO_PT], days=3, examples=1)
    assert (told["scans"], told["moved"], told["stayed"], told["unknown"]) == (3, 2, 1, 0)
    assert told["moves"] == [{"from_url": URL, "to_url": f"{URL}/pt", "scans": 2}]
    assert [example["country"] for example in told["examples"]] == ["PT"]
    assert (told["missing"], told["more"]) == ([], False)
    (question,) = analytics.asked
    assert (question["workspace"], question["mode"]) == (tenant.text, "live")
    assert question["filters"] == [["is", "link", [link.rpartition("/")[2]]]]


async def test_the_own_rules_move_nothing(
    caller: httpx.AsyncClient, analytics: Analytics, link: str
) -> None:
    await caller.patch(link, json={"rules": [TO_PT], "utm": {"utm_source": "box"}})
    analytics.scans = [
        {**PT, "destination": f"{URL}/pt?utm_source=box", "rule": "r1"},
        {**SCAN, "destination": f"{URL}?utm_source=older"},
    ]
    told = await replay(caller, link)
    assert (told["moved"], told["stayed"]) == (0, 2)


@pytest.mark.parametrize("name", UTM_NAMES)
async def test_a_campaign_parameter_that_was_another_one_makes_no_other_place(
    caller: httpx.AsyncClient, analytics: Analytics, link: str, name: str
) -> None:
    await caller.patch(link, json={"utm": {name: "newer"}})
    analytics.scans = [{**SCAN, "destination": f"{URL}?{name}=older"}]
    told = await replay(caller, link)
    assert (told["moved"], told["stayed"]) == (0, 1)


async def test_a_fact_that_is_not_kept_is_named(
    caller: httpx.AsyncClient, analytics: Analytics, link: str
) -> None:
    analytics.scans = [PT, SCAN]
    returning = {
        "when": [
            {"kind": "country", "values": ["PT"]},
            {"kind": "visit_number", "op": "at_least", "values": [2]},
        ],
        "destination_url": f"{URL}/again",
    }
    told = await replay(caller, link, rules=[returning])
    assert (told["moved"], told["stayed"], told["unknown"]) == (0, 1, 1)
    assert [each["fact"] for each in told["missing"]] == ["visit_number"]
    split = {
        "split": [
            {"variant": "a", "weight": 1, "destination_url": f"{URL}/a"},
            {"variant": "b", "weight": 1, "destination_url": f"{URL}/b"},
        ]
    }
    told = await replay(caller, link, rules=[split])
    assert (told["unknown"], told["missing"][0]["fact"]) == (2, "split")


async def test_many_scans_are_read_page_by_page(
    caller: httpx.AsyncClient, analytics: Analytics, link: str
) -> None:
    analytics.scans = [PT] * 1300
    told = await replay(caller, link, rules=[TO_PT], scans=1200)
    assert (told["scans"], told["moved"], told["more"]) == (1200, 1200, True)
    assert [question["limit"] for question in analytics.asked] == [500, 500, 200]


async def test_times_are_judged_when_they_were(
    caller: httpx.AsyncClient, analytics: Analytics, link: str
) -> None:
    evening = {"when": [{"kind": "weekday", "values": ["tue"]}], "destination_url": f"{URL}/t"}
    analytics.scans = [SCAN, {**SCAN, "time": "2026-05-20T12:00:00.000+00:00"}]
    answer = await caller.post(f"{link}/replay", json={"rules": [evening]})
    assert answer.json()["moved"] == 1


async def test_what_analytics_has_against_it_is_passed_on(
    caller: httpx.AsyncClient, analytics: Analytics, link: str
) -> None:
    for status, seen in ((429, 429), (500, 503)):
        analytics.status = status
        assert (await caller.post(f"{link}/replay", json={})).status_code == seen
