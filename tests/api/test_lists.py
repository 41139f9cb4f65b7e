"""Every list of named things is searched, ordered and paged in the same way."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

NAMES = ("beta", "Alpha", "gamma")
HOSTS = {name: f"{name.lower()}.example.com" for name in NAMES}
BODIES: Mapping[str, Any] = {
    "/v1/campaigns": lambda name: {"name": name},
    "/v1/destinations": lambda name: {
        "name": name,
        "target": {"type": "url", "url": f"https://{name}.example.com/"},
    },
    "/v1/styles": lambda name: {"name": name, "style": {"modules": "dots"}},
    "/v1/landing-pages": lambda name: {"title": name},
    "/v1/domains": lambda name: {"host": HOSTS[name]},
    "/v1/links": lambda name: {"name": name, "destination_url": "https://example.com"},
    "/v1/qr-codes": lambda name: {"name": name, "destination_url": "https://example.com"},
}
lists = pytest.mark.parametrize("path", BODIES)


def name_of(row: dict[str, Any]) -> str:
    hosts = {host: name for name, host in HOSTS.items()}
    found: str = row.get("name") or row.get("title") or hosts[row["host"]]
    return found


@pytest.fixture
async def made(api: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    rows = []
    for name in NAMES:
        answer = await api.post(path, json=BODIES[path](name))
        assert answer.status_code == 201, answer.text
        rows.append(answer.json())
    return rows


async def walked(api: httpx.AsyncClient, path: str, **query: Any) -> list[str]:
    """The names of a list, one a page."""
    names: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        asked = {**query, "limit": 1, **({"cursor": cursor} if cursor else {})}
        answer = await api.get(path, params=asked)
        assert answer.status_code == 200, answer.text
        names += [name_of(row) for row in answer.json()["data"]]
        cursor = answer.json()["next_cursor"]
    return names


COMPOSED, APART = "Caf\u00e9", "Cafe\u0301"


@pytest.mark.parametrize("path", [path for path in BODIES if path != "/v1/domains"])
@pytest.mark.parametrize(("kept", "asked"), [(COMPOSED, APART), (APART, COMPOSED)])
async def test_what_looks_the_same_is_found(
    api: httpx.AsyncClient, path: str, kept: str, asked: str
) -> None:
    body = {**BODIES[path]("x"), ("title" if path == "/v1/landing-pages" else "name"): kept}
    made = (await api.post(path, json=body)).json()
    assert made.get("name", made.get("title")) == COMPOSED
    found = (await api.get(path, params={"q": asked})).json()["data"]
    assert [row["id"] for row in found] == [made["id"]]


@lists
async def test_an_order_is_kept_over_its_pages(
    api: httpx.AsyncClient, made: list[dict[str, Any]], path: str
) -> None:
    assert await walked(api, path) == ["gamma", "Alpha", "beta"]
    assert await walked(api, path, sort="created_at") == ["beta", "Alpha", "gamma"]
    assert await walked(api, path, sort="name") == ["Alpha", "beta", "gamma"]
    assert await walked(api, path, sort="-name") == ["gamma", "beta", "Alpha"]
    assert len(await walked(api, path, sort="updated_at")) == len(NAMES)


@lists
async def test_a_search_finds_parts_in_any_case_and_counts_them(
    api: httpx.AsyncClient, made: list[dict[str, Any]], path: str
) -> None:
    assert sorted(await walked(api, path, q="BET")) == ["beta"]
    found = (await api.get(path, params={"q": "alp", "include": "total"})).json()
    assert ([name_of(row) for row in found["data"]], found["total"]) == (["Alpha"], 1)
    assert (await api.get(path, params={"q": "a%a"})).json()["data"] == []


@lists
async def test_a_list_is_cut_by_when_its_rows_were_made(
    api: httpx.AsyncClient, made: list[dict[str, Any]], path: str
) -> None:
    middle = made[1]["created_at"]
    assert await walked(api, path, created_before=middle) == ["beta"]
    assert await walked(api, path, created_after=middle) == ["gamma", "Alpha"]


@lists
async def test_a_cursor_is_for_its_own_search_and_order(
    api: httpx.AsyncClient, made: list[dict[str, Any]], path: str
) -> None:
    page = (await api.get(path, params={"limit": 1, "sort": "name"})).json()
    for other in ({"sort": "-name"}, {"sort": "name", "q": "a"}):
        answer = await api.get(path, params={"cursor": page["next_cursor"], **other})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")


@lists
async def test_an_unknown_order_is_refused(api: httpx.AsyncClient, path: str) -> None:
    answer = await api.get(path, params={"sort": "colour"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "?sort")
