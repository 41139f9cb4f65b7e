"""Lists: every filter, every order, and pages that neither lose nor repeat a row."""

from typing import Any

import httpx
import pytest

from tests.api.codes.test_create import URL, pointers
from tests.api.conftest import MakeTenant, Tenant

ROWS: list[dict[str, Any]] = [
    {"name": "Menu", "slug": "menu-one", "tags": ["Lisbon"]},
    {"name": "menu 2", "slug": "second", "destination_url": "https://example.org/carte"},
    {"name": "100% off_", "slug": "third", "tags": ["lisbon", "sale"]},
    {"name": "Ende", "slug": "fourth", "expires_at": "2026-01-01T00:00:00Z"},
    {"name": "Anfang", "slug": "fifth", "starts_at": "2100-01-01T00:00:00Z"},
]
STATIC = {"type": "static", "name": "Guests", "content": {"kind": "text", "text": "menu"}}


@pytest.fixture
async def filled(api: httpx.AsyncClient, tenant: Tenant) -> httpx.AsyncClient:
    for row in ROWS:
        made = await api.post("/v1/qr-codes", json={"destination_url": URL, **row})
        assert made.status_code == 201, made.text
    paused = await api.post("/v1/qr-codes", json={"destination_url": URL, "name": "Pause"})
    await api.patch(paused.headers["location"], json={"status": "paused"})
    await api.post("/v1/qr-codes", json=STATIC)
    await tenant.row(
        """UPDATE links l SET scan_count = r.place % 3
           FROM (SELECT id, row_number() OVER (ORDER BY created_at, id) AS place FROM links) r
           WHERE r.id = l.id"""
    )
    return api


async def names(api: httpx.AsyncClient, **params: Any) -> set[str]:
    answer = await api.get("/v1/qr-codes", params={"limit": 100, **params})
    assert answer.status_code == 200, answer.text
    return {code["name"] for code in answer.json()["data"]}


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"status": "active"}, {"Menu", "menu 2", "100% off_", "Guests"}),
        ({"status": "expired"}, {"Ende"}),
        ({"status": "scheduled"}, {"Anfang"}),
        ({"status": "paused"}, {"Pause"}),
        ({"status": "blocked"}, set()),
        ({"type": "static"}, {"Guests"}),
        ({"content_type": "text"}, {"Guests"}),
        ({"tag": "LISBON"}, {"Menu", "100% off_"}),
        ({"tag": "nobody"}, set()),
        ({"q": "MENU"}, {"Menu", "menu 2"}),
        ({"q": "carte"}, {"menu 2"}),
        ({"q": "second"}, {"menu 2"}),
        ({"q": "me"}, {"Menu", "menu 2"} | {"Ende", "Anfang", "Pause", "100% off_"}),
        ({"q": "100%"}, {"100% off_"}),
        ({"q": "off_"}, {"100% off_"}),
        ({"q": "%%%"}, set()),
        ({"q": "menu", "tag": "lisbon", "status": "active"}, {"Menu"}),
        ({"created_before": "2020-01-01T00:00:00Z"}, set()),
        ({"campaign": "cmp_0000000000000000000000000a"}, set()),
    ],
)
async def test_filters(filled: httpx.AsyncClient, params: dict[str, str], found: set[str]) -> None:
    shown = await names(filled, **params)
    if params == {"q": "me"}:
        assert {"Menu", "menu 2"} <= shown  # the host example.com has it too
    else:
        assert shown == found


@pytest.mark.parametrize("down", ["", "-"])
@pytest.mark.parametrize("by", ["created_at", "updated_at", "name", "scan_count"])
@pytest.mark.parametrize("path", ["/v1/qr-codes", "/v1/links"])
async def test_pages_of_every_order(
    filled: httpx.AsyncClient, path: str, by: str, down: str
) -> None:
    params: dict[str, Any] = {"sort": f"{down}{by}", "limit": 2, "include": "total"}
    rows: list[dict[str, Any]] = []
    cursor = None
    for _ in range(10):
        page = (
            await filled.get(path, params=params | ({"cursor": cursor} if cursor else {}))
        ).json()
        rows += page["data"]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            break
    assert len({row["id"] for row in rows}) == len(rows) == page["total"]
    values = [row[by].lower() if by == "name" else row[by] for row in rows]
    assert values == sorted(values, reverse=bool(down))


async def test_a_cursor_is_for_its_own_list(filled: httpx.AsyncClient) -> None:
    first = await filled.get("/v1/qr-codes", params={"limit": 1, "sort": "name"})
    cursor = first.json()["next_cursor"]
    for params in ({"sort": "-name"}, {"sort": "name", "q": "menu"}, {}):
        answer = await filled.get("/v1/qr-codes", params={"cursor": cursor, **params})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")
    links = await filled.get("/v1/links", params={"cursor": cursor, "sort": "name"})
    assert links.status_code == 422


@pytest.mark.parametrize(
    "params",
    [
        {"colour": "red"},
        {"sort": "size"},
        {"status": "open"},
        {"limit": "101"},
        {"campaign": ""},
        {"campaign": "nonsense"},
        {"content_type": "nope"},
        {"created_before": "2026-01-01T00:00:00Z", "created_after": "2026-01-01T00:00:00Z"},
    ],
)
async def test_what_a_list_does_not_know(api: httpx.AsyncClient, params: dict[str, str]) -> None:
    answer = await api.get("/v1/qr-codes", params=params)
    assert answer.status_code == 422
    assert list(pointers(answer)) == [f"?{next(iter(params))}"]


async def test_a_list_is_of_one_mode_and_one_workspace(
    filled: httpx.AsyncClient, tenant: Tenant
) -> None:
    test_mode = await tenant.client(mode="test")
    for params in ({}, {"q": "menu"}, {"tag": "lisbon"}, {"sort": "scan_count"}):
        assert await names(test_mode, **params) == set()


async def test_a_search_that_hits_much_is_walked(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """More hits than are taken from an index: pages and totals are as right as with few."""
    made = {"items": [{"name": f"Stand {n}", "tags": ["stand"]} for n in range(500)]}
    for _ in range(3):
        body = {**made, "defaults": {"destination_url": URL}}
        assert (await api.post("/v1/qr-codes/bulk", json=body)).status_code == 200
    for params in ({"q": "stand"}, {"tag": "stand"}):
        page = (await api.get("/v1/qr-codes", params={**params, "include": "total"})).json()
        assert (page["total"], len(page["data"])) == (1500, 25)
    few = (await api.get("/v1/qr-codes", params={"q": "stand 499", "include": "total"})).json()
    assert few["total"] == 3


@pytest.mark.parametrize("path", ["/v1/qr-codes", "/v1/links"])
@pytest.mark.parametrize(
    ("pasted", "names"),
    [
        ("https://qz.example/second", ["menu 2"]),
        ("HTTPS://QZ.EXAMPLE/SECOND?utm_source=x", ["menu 2"]),
        (" qz.example/second/ ", ["menu 2"]),
        ("https://elsewhere.example/second", []),
        ("https://example.org/carte", ["menu 2"]),
    ],
)
async def test_a_pasted_short_url_finds_its_link(
    filled: httpx.AsyncClient, path: str, pasted: str, names: list[str]
) -> None:
    found = (await filled.get(path, params={"q": pasted})).json()["data"]
    assert [row["name"] for row in found] == names


async def test_a_short_url_of_another_workspace_finds_nothing(
    filled: httpx.AsyncClient, make_tenant: MakeTenant
) -> None:
    stranger = await (await make_tenant()).client()
    for path in ("/v1/qr-codes", "/v1/links"):
        found = await stranger.get(path, params={"q": "https://qz.example/second"})
        assert found.json()["data"] == []
