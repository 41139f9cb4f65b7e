"""Explain: the trace of a pretend scan, of the link's rules or of a draft."""

from typing import Any

import httpx
import pytest

from tests.api.codes.test_create import URL, pointers
from tests.api.conftest import Tenant

RULES: list[dict[str, Any]] = [
    {
        "id": "phones",
        "when": [{"kind": "device", "values": ["mobile"]}, {"kind": "country", "values": ["PT"]}],
        "destination_url": "https://example.com/telemovel",
    },
    {
        "id": "test",
        "split": [
            {"variant": "a", "weight": 1, "destination_url": "https://example.com/a"},
            {"variant": "b", "weight": 1, "destination_url": "https://example.com/b"},
        ],
    },
]


@pytest.fixture
async def link(api: httpx.AsyncClient) -> str:
    body = {"destination_url": URL, "rules": RULES, "utm": {"utm_source": "box"}}
    answer = await api.post("/v1/links", json=body)
    assert answer.status_code == 201, answer.text
    where: str = answer.headers["location"]
    return where


async def test_the_rule_that_wins_says_why(api: httpx.AsyncClient, link: str) -> None:
    visit = {"device": "phone", "country": "pt"}
    told = (await api.post(f"{link}/explain", json={"visit": visit})).json()
    assert told["destination_url"] == "https://example.com/telemovel?utm_source=box"
    assert (told["rule"], told["stopped_by"]) == ("phones", None)
    assert [rule["outcome"] for rule in told["rules"]] == ["won", "behind"]
    seen = told["rules"][0]["conditions"]
    assert all(condition["matched"] for condition in seen)
    assert "PT" in seen[1]["seen"]


async def test_an_arm_sticks_to_its_visitor(api: httpx.AsyncClient, link: str) -> None:
    told = [
        (await api.post(f"{link}/explain", json={"visit": {"visitor": 7}})).json() for _ in range(3)
    ]
    assert len({each["variant"] for each in told}) == 1
    assert told[0]["rules"][1]["sticks_to"] == "the visitor, for this day"
    assert told[0]["rules"][0]["conditions"][0]["matched"] is False


async def test_a_draft_is_tried_and_not_kept(
    api: httpx.AsyncClient, link: str, tenant: Tenant
) -> None:
    draft = [{"when": [{"kind": "language", "values": ["pt"]}], "destination_url": URL}]
    body = {"rules": draft, "visit": {"language": "pt-BR"}}
    told = (await api.post(f"{link}/explain", json=body)).json()
    assert told["destination_url"] == f"{URL}?utm_source=box"
    assert len((await api.get(link)).json()["rules"]) == 2
    assert (await tenant.row("SELECT count(*) AS n FROM outbox"))["n"] == 1


async def test_what_stands_in_the_way_is_told(api: httpx.AsyncClient, link: str) -> None:
    await api.patch(link, json={"expires_at": "2030-01-01T00:00:00Z", "password": "secret"})
    body = {"visit": {"at": "2031-01-01T00:00:00Z"}}
    told = (await api.post(f"{link}/explain", json=body)).json()
    assert (told["stopped_by"], told["password_needed"]) == ("expired", True)
    earlier = {"visit": {"at": "2029-01-01T00:00:00Z"}}
    assert (await api.post(f"{link}/explain", json=earlier)).json()["stopped_by"] is None
    await api.patch(link, json={"status": "paused"})
    assert (await api.post(f"{link}/explain", json=body)).json()["stopped_by"] == "paused"


async def test_apps_and_passed_queries_are_part_of_it(api: httpx.AsyncClient) -> None:
    body = {
        "destination_url": URL,
        "pass_query": True,
        "app": {"ios": "https://apps.apple.com/app/id1"},
    }
    link = (await api.post("/v1/links", json=body)).headers["location"]
    phone = await api.post(f"{link}/explain", json={"visit": {"os": "ios"}})
    assert phone.json()["destination_url"] == "https://apps.apple.com/app/id1"
    passed = await api.post(f"{link}/explain", json={"visit": {"query": "table=4&qz_k=me"}})
    assert passed.json()["destination_url"] == f"{URL}?table=4"


async def test_what_is_wrong_is_told_where_it_is(api: httpx.AsyncClient, link: str) -> None:
    body = {"visit": {"colour": "red", "at": "noon"}}
    wrong = await api.post(f"{link}/explain", json=body)
    assert wrong.status_code == 422
    assert set(pointers(wrong)) == {"/visit/colour", "/visit/at"}
    draft = await api.post(f"{link}/explain", json={"rules": [{"destination_url": "nonsense"}]})
    assert pointers(draft) == {"/rules/0/destination_url": "invalid_destination_url"}


@pytest.mark.parametrize(
    ("visit", "wrong"),
    [
        ({"country": "PRT", "os": "nope"}, {"/visit/country", "/visit/os"}),
        ({"device": "fridge", "browser": "x11"}, {"/visit/device", "/visit/browser"}),
        ({"region": "SP", "language": "português"}, {"/visit/region", "/visit/language"}),
        ({"language": "pt-BR;q=half"}, {"/visit/language"}),
        ({"at": "soon", "source": "print"}, {"/visit/at", "/visit/source"}),
        ({"visitor": "me"}, {"/visit/visitor"}),
        ({"query": {"table": ["A", "B"], "x": "y"}}, {"/visit/query/table"}),
        ({"query": 5}, {"/visit/query"}),
    ],
    ids=lambda each: " ".join(sorted(each)),
)
async def test_a_fact_that_no_rule_could_name_is_refused(
    visit: dict[str, Any], wrong: set[str], api: httpx.AsyncClient, link: str
) -> None:
    answer = await api.post(f"{link}/explain", json={"visit": visit})
    assert (answer.status_code, set(pointers(answer))) == (422, wrong), answer.text
    for word in ("Expected", "enum", "RFC3339", "str,"):
        assert word not in answer.text


@pytest.mark.parametrize("language", ["pt-BR;q=0.5", "en-GB, pt;q=0.5", "zh_Hant_TW"])
async def test_a_whole_header_is_a_language_too(
    language: str, api: httpx.AsyncClient, link: str
) -> None:
    answer = await api.post(f"{link}/explain", json={"visit": {"language": language}})
    assert answer.status_code == 200, answer.text
