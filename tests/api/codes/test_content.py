"""Static codes, and dynamic codes of other kinds than a URL."""

from typing import Any

import httpx
import pytest

from tests.api.codes.test_create import pointers, record_of
from tests.api.conftest import Tenant

WIFI = {"kind": "wifi", "ssid": "Guests", "password": "longenough"}


async def test_a_static_code_has_no_link(api: httpx.AsyncClient, tenant: Tenant) -> None:
    answer = await api.post("/v1/qr-codes", json={"type": "static", "content": WIFI})
    assert answer.status_code == 201, answer.text
    code = answer.json()
    assert (code["type"], code["link"], code["content"]) == ("static", None, WIFI)
    assert (await tenant.row("SELECT count(*) AS n FROM links"))["n"] == 0


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"content": {"kind": "text", "text": "x" * 2049}}, {"/content/text": "invalid_value"}),
        ({"content": {"kind": "text", "text": "é" * 1500}}, {"/content": "payload_too_long"}),
        ({"content": {"kind": "nope"}}, {"/content/kind": "invalid_value"}),
        ({}, {"/content": "required"}),
        (
            {"content": WIFI, "slug": "abc", "link": {"max_scans": 3}},
            {"/slug": "static_code", "/link/max_scans": "static_code"},
        ),
        (
            {"content": WIFI, "link_id": "lnk_01k0000000000000000000000a"},
            {"/link_id": "static_code"},
        ),
        (
            {"content": {"kind": "url", "url": "https://u@example.com/"}},
            {"/content/url": "userinfo_not_allowed"},
        ),
        (
            {"content": {"kind": "url", "url": "javascript:alert(1)"}},
            {"/content/url": "invalid_value"},
        ),
    ],
)
async def test_what_a_static_code_can_not_be(
    api: httpx.AsyncClient, body: dict[str, Any], wrong: dict[str, str]
) -> None:
    answer = await api.post("/v1/qr-codes", json={"type": "static", **body})
    assert answer.status_code == 422
    assert pointers(answer) == wrong


async def test_a_static_url_is_printed_as_it_was_given(api: httpx.AsyncClient) -> None:
    content = {"kind": "url", "url": "http://192.168.1.1"}
    code = (await api.post("/v1/qr-codes", json={"type": "static", "content": content})).json()
    assert code["content"] == content


async def test_what_a_static_code_says_is_printed_for_good(api: httpx.AsyncClient) -> None:
    made = await api.post("/v1/qr-codes", json={"type": "static", "content": WIFI})
    where = made.headers["location"]
    for change in ({"content": WIFI}, {"destination_url": "https://example.com"}):
        answer = await api.patch(where, json=change)
        assert (answer.status_code, answer.json()["code"]) == (422, "static_code")
    changed = await api.patch(where, json={"name": "Guests", "status": "archived"})
    assert (changed.json()["name"], changed.json()["status"]) == ("Guests", "archived")
    listed = (await api.get("/v1/qr-codes", params={"status": "archived"})).json()["data"]
    assert [code["id"] for code in listed] == [made.json()["id"]]


@pytest.mark.parametrize(
    ("content", "leads_to"),
    [
        (
            {"kind": "whatsapp", "number": "+351912345678", "text": "hi"},
            "https://wa.me/351912345678?text=hi",
        ),
        (
            {"kind": "app", "ios": "123456", "android": "a.b", "url": "https://example.com/"},
            "https://example.com/",
        ),
    ],
)
async def test_kinds_that_are_web_addresses_are_followed(
    api: httpx.AsyncClient, tenant: Tenant, content: dict[str, Any], leads_to: str
) -> None:
    code = (await api.post("/v1/qr-codes", json={"content": content, "slug": "kind"})).json()
    assert code["content"] == content
    record = await record_of(tenant, "kind")
    assert (record.location, record.page) == (leads_to, "")
    if content["kind"] == "app":
        assert record.app is not None
        assert record.app.android.endswith("?id=a.b")


async def test_a_kind_that_is_shown_has_a_page(api: httpx.AsyncClient, tenant: Tenant) -> None:
    made = await api.post("/v1/qr-codes", json={"content": WIFI, "slug": "wifi-page"})
    assert made.status_code == 201, made.text
    where = made.headers["location"]
    record = await record_of(tenant, "wifi-page")
    assert (record.location, record.page[:3]) == ("", "pg_")
    found = (await api.get("/v1/qr-codes", params={"content_type": "wifi"})).json()["data"]
    assert [code["content"] for code in found] == [WIFI]
    await api.patch(where, json={"destination_url": "https://example.com/"})
    record = await record_of(tenant, "wifi-page")
    assert (record.location, record.page) == ("https://example.com/", "")
    back = await api.post(f"{where}/rollback", json={"version": 1})
    assert back.json()["content"] == WIFI
    assert (await record_of(tenant, "wifi-page")).page


async def test_the_same_content_again_keeps_its_page(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    made = await api.post("/v1/qr-codes", json={"content": WIFI, "slug": "same-page"})
    page = (await record_of(tenant, "same-page")).page
    again = await api.patch(made.headers["location"], json={"content": WIFI})
    assert again.status_code == 200, again.text
    assert (await record_of(tenant, "same-page")).page == page
    assert again.headers["etag"] == made.headers["etag"]


async def test_links_of_an_app_go_with_it(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """What was said as content ends with the content; what was said as `app` stays."""
    content = {"kind": "app", "ios": "123456", "url": "https://example.com/"}
    made = await api.post("/v1/qr-codes", json={"content": content, "slug": "no-app"})
    moved = await api.patch(made.headers["location"], json={"destination_url": "https://e.com/"})
    assert moved.json()["link"]["app"] == {}
    assert (await record_of(tenant, "no-app")).app is None
    kept = await api.patch(
        made.headers["location"], json={"content": content, "app": {"ios": "https://e.com/ios"}}
    )
    assert kept.json()["link"]["app"] == {"ios": "https://e.com/ios"}
