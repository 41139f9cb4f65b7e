"""Compiled pages, their files and buttons, and the addresses beside them."""

import base64
import hashlib

import httpx
import pytest

from qz_common.records import PAGE_BASE, PageAction, PageFile, PageRecord
from tests.fixtures.standing_edge import LOCATION, NOW_MS, StandingEdge, code, raw_answer

STYLE = "h1{color:teal}"
HTML = (
    f'<!doctype html><html><head><base href="{PAGE_BASE}"><style>{STYLE}</style></head>'
    '<body><a href="f/contact.vcf">Save</a><a href="a/call">Call</a></body></html>'
)
VCARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zoë Ünal\r\nEND:VCARD\r\n"
ACTIONS = {
    "call": "tel:+4930123456",
    "text": "sms:+4930123456?body=Hi",
    "mail": "mailto:a@b.example",
    "map": "geo:52.5,13.4",
    "shop": LOCATION,
    "wallet": "bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4?amount=0.0015",
    "bad": "javascript:alert(1)",
}
PAGE = PageRecord(
    version=1,
    id="pg_1",
    workspace="ws_1",
    html={"": HTML, "de": HTML.replace("Save", "Sichern")},
    files=(
        PageFile("contact.vcf", "text/vcard", VCARD),
        PageFile("event.ics", "text/calendar", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
    ),
    actions=tuple(PageAction(name, href) for name, href in ACTIONS.items()),
)


@pytest.fixture(autouse=True)
def paged(standing: StandingEdge) -> StandingEdge:
    standing.codes = {"abc": code(page="pg_1", location=""), "plain": code(link="lnk_2")}
    standing.pages = {"pg_1": PAGE}
    return standing


@pytest.mark.parametrize("path", ["/abc", "/ABC", "/r/abc", "/r/aBc"])
async def test_a_page_knows_the_address_it_was_asked_under(
    phone: httpx.AsyncClient, path: str
) -> None:
    answer = await phone.get(f"{path}?utm_source=x")
    assert answer.status_code == 200
    assert f'<base href="{path}/">' in answer.text
    assert PAGE_BASE not in answer.text
    assert (await phone.get(f"{path}/f/contact.vcf")).text == VCARD


async def test_a_page_comes_in_the_wanted_language(phone: httpx.AsyncClient) -> None:
    german = await phone.get("/abc", headers={"accept-language": "de-CH"})
    other = await phone.get("/abc", headers={"accept-language": "ja"})
    assert "Sichern" in german.text
    assert "Save" in other.text


async def test_a_page_may_run_and_fetch_nothing(phone: httpx.AsyncClient) -> None:
    headers = (await phone.get("/abc")).headers
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = headers["content-security-policy"].split("; ")
    assert "default-src 'none'" in policy
    assert f"style-src 'sha256-{digest}'" in policy
    assert "base-uri 'self'" in policy
    assert not any("http" in part or "unsafe" in part for part in policy)
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("name", "media_type"), [("contact.vcf", "text/vcard"), ("event.ics", "text/calendar")]
)
async def test_a_file_is_offered_under_its_name(
    phone: httpx.AsyncClient, paged: StandingEdge, name: str, media_type: str
) -> None:
    answer = await phone.get(f"/abc/f/{name}")
    assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert f'filename="{name}"' in answer.headers["content-disposition"]
    assert paged.events == [(name, 200)]


@pytest.mark.parametrize("name", [name for name in ACTIONS if name != "bad"])
async def test_a_button_is_counted_and_leads_on(paged: StandingEdge, name: str) -> None:
    answer = await raw_answer(paged, f"/abc/a/{name}")
    assert (answer.status_code, answer.headers["location"]) == (302, ACTIONS[name])
    assert paged.events == [(name, 302)]
    assert paged.counted[0][1].decision.location == ACTIONS[name]


async def test_a_button_never_runs_a_script(phone: httpx.AsyncClient) -> None:
    answer = await phone.get("/abc/a/bad")
    assert answer.status_code == 404
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    "path",
    ["/abc/f/other.vcf", "/abc/a/other", "/abc/f/..%2Fx", "/plain/f/contact.vcf", "/plain/a/call",
     "/absent/a/call", "/r/absent/f/contact.vcf", "/abc/x/call", "/abc/a/call/more"],
)  # fmt: skip
async def test_what_is_not_offered_is_not_found_and_not_counted(
    phone: httpx.AsyncClient, paged: StandingEdge, path: str
) -> None:
    answer = await phone.get(path)
    assert answer.status_code == 404
    assert "<h1>This code leads nowhere</h1>" in answer.text
    assert paged.events == []


CLOSED = [
    ({"status": "paused"}, 404),
    ({"status": "blocked"}, 451),
    ({"expires_at_ms": NOW_MS}, 410),
]


@pytest.mark.parametrize(("fields", "status"), CLOSED)
@pytest.mark.parametrize("path", ["/abc", "/abc/f/contact.vcf", "/abc/a/call"])
async def test_a_closed_link_closes_its_files_and_buttons(
    phone: httpx.AsyncClient, paged: StandingEdge, path: str, fields: dict[str, object], status: int
) -> None:
    paged.codes["abc"] = code(page="pg_1", **fields)
    assert (await phone.get(path)).status_code == status
    assert [status for _, status in paged.events] == [status]


async def test_a_button_of_a_protected_page_asks_for_the_password_first(
    phone: httpx.AsyncClient, paged: StandingEdge
) -> None:
    paged.codes["abc"] = code(page="pg_1", password="$scrypt$x")
    answer = await phone.get("/abc/a/call")
    assert (answer.status_code, answer.headers["location"]) == (302, "/abc")


@pytest.mark.parametrize(
    ("pages", "status"),
    [
        ({}, 404),
        ({"pg_1": PageRecord(version=1, id="pg_1", workspace="w", status="deleted")}, 404),
        ({"pg_1": PageRecord(version=1, id="p", workspace="w", html=PAGE.html, status="deleted")},
         410),
    ],
)  # fmt: skip
async def test_a_page_that_is_gone(
    phone: httpx.AsyncClient, paged: StandingEdge, pages: dict[str, PageRecord], status: int
) -> None:
    paged.pages = pages
    assert (await phone.get("/abc")).status_code == status


async def test_a_page_without_a_language_for_everybody_has_one_anyway(
    phone: httpx.AsyncClient, paged: StandingEdge
) -> None:
    paged.pages["pg_1"] = PageRecord(version=1, id="p", workspace="w", html={"de": "<p>Ja"})
    assert (await phone.get("/abc", headers={"accept-language": "fr"})).text == "<p>Ja"


async def test_the_bare_host_shows_the_start_page(phone: httpx.AsyncClient) -> None:
    answer = await phone.get("/", headers={"accept-language": "es"})
    assert answer.status_code == 200
    assert "enlaces" in answer.text


async def test_the_bare_host_of_a_domain_leads_where_its_owner_says(
    phone: httpx.AsyncClient, paged: StandingEdge
) -> None:
    paged.root = "https://shop.example/"
    answer = await phone.get("/?next=//evil.example")
    assert (answer.status_code, answer.headers["location"]) == (302, "https://shop.example/")


async def test_crawlers_are_kept_out_and_browsers_get_their_icon(phone: httpx.AsyncClient) -> None:
    assert (await phone.get("/robots.txt")).text == "User-agent: *\nDisallow: /\n"
    icon = await phone.get("/favicon.ico")
    assert icon.headers["content-type"] == "image/svg+xml"
    assert "max-age" in icon.headers["cache-control"]


@pytest.mark.parametrize("path", ["/", "/abc", "/abc/a/call", "/abc/f/contact.vcf", "/absent"])
async def test_head_is_get_without_a_body(paged: StandingEdge, path: str) -> None:
    got, headed = await raw_answer(paged, path), await raw_answer(paged, path, "HEAD")
    assert headed.content == b""
    assert (headed.status_code, headed.headers) == (got.status_code, got.headers)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "BREW"])
@pytest.mark.parametrize("path", ["/", "/abc", "/abc/a/call", "/robots.txt"])
async def test_other_methods_are_not_for_links(
    phone: httpx.AsyncClient, method: str, path: str
) -> None:
    answer = await phone.request(method, path)
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert "can only be opened" in answer.text


async def test_a_preview_is_shown_and_counted_with_its_destination(
    phone: httpx.AsyncClient, paged: StandingEdge
) -> None:
    paged.codes["abc"] = code(preview=True)
    answer = await phone.get("/abc")
    assert answer.status_code == 200
    assert f'href="{LOCATION}"' in answer.text
    assert paged.counted[0][1].decision.location == LOCATION
    assert paged.events == [("", 200)]
