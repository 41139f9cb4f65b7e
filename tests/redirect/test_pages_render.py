"""Our own pages: safe to show, whole in themselves, and right for who reads them."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import get_args

import pytest

from qz_redirect.gate import Show, ShowKind
from qz_redirect.pages.languages import LANGUAGES
from qz_redirect.pages.render import Pages, read_texts
from qz_redirect.responses import Answer

KINDS: tuple[ShowKind, ...] = get_args(ShowKind)
VOID = {"meta", "input", "link", "base", "br", "rect", "path", "circle"}


class Outline(HTMLParser):
    """What stands in a page, and whether it is closed as it was opened."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def named(self, name: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.tags if tag == name]


@pytest.fixture(scope="module")
def pages() -> Pages:
    return Pages()


def policy_of(answer: Answer) -> dict[str, str]:
    text = dict(answer.headers)[b"content-security-policy"].decode()
    return {name: values for name, _, values in (part.partition(" ") for part in text.split("; "))}


def check_whole(answer: Answer, language: str) -> Outline:
    html = answer.body.decode()
    outline = Outline(html)
    assert outline.open == []
    assert outline.named("html") == [{"lang": language}]
    assert (
        len(outline.named("h1")) == len(outline.named("main")) == len(outline.named("title")) == 1
    )
    assert not any(name in ("script", "img", "iframe", "link") for name, _ in outline.tags)
    assert not any(key.startswith("on") or key == "style" for _, a in outline.tags for key in a)
    assert "url(" not in html
    assert "@import" not in html
    return outline


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_page_in_every_language(pages: Pages, kind: ShowKind, language: str) -> None:
    answer = pages.show(Show(kind, 418), language.encode())
    check_whole(answer, language)
    assert answer.status == 418
    assert dict(answer.headers)[b"content-language"] == language.encode()
    text = read_texts(language)["password" if kind == "wrong" else kind]["title"]
    assert f"<title>{text}</title>" in answer.body.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_carries_its_guards(pages: Pages, kind: ShowKind) -> None:
    headers = dict(pages.show(Show(kind, 200), b"").headers)
    assert headers[b"cache-control"] == b"no-store"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"referrer-policy"] == b"no-referrer"
    assert headers[b"x-robots-tag"] == b"noindex, nofollow"
    assert headers[b"vary"] == b"accept-language"


def test_the_policy_admits_the_one_style_and_nothing_else(pages: Pages) -> None:
    answer = pages.show(Show("unknown", 404), b"")
    styles = re.findall(r"<style>(.*?)</style>", answer.body.decode(), re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(styles[0].encode()).digest()).decode()
    policy = policy_of(answer)
    assert len(styles) == 1
    assert policy["style-src"] == f"'sha256-{digest}'"
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"


def test_a_form_says_what_it_wants_and_what_was_wrong(pages: Pages) -> None:
    outline = check_whole(pages.show(Show("wrong", 403), b"de"), "de")
    (field,) = outline.named("input")
    assert outline.named("label") == [{"for": field["id"]}]
    assert field["aria-invalid"] == "true"
    assert field["aria-describedby"] in {attrs.get("id") for attrs in outline.named("p")}
    assert "action" not in outline.named("form")[0]


LOCATIONS = [
    ("https://shop.example/spring?a=1&b=2#top", "shop.example", ""),
    ("https://xn--80ak6aa92e.com/", "xn--80ak6aa92e.com", "аррӏе.com"),
    ("https://xn--mnchen-3ya.de/", "xn--mnchen-3ya.de", "münchen.de"),
    ("https://xn--a-ecp.example/", "xn--a-ecp.example", ""),
    ("tel:+4930123456", "+4930123456", ""),
    ("mailto:a@b.example?subject=x", "a@b.example", ""),
]


@pytest.mark.parametrize(("location", "host", "unicode"), LOCATIONS)
def test_a_preview_shows_where_it_leads(
    pages: Pages, location: str, host: str, unicode: str
) -> None:
    answer = pages.preview(location, b"fr")
    outline = check_whole(answer, "fr")
    assert [link["href"] for link in outline.named("a")] == [location]
    html = answer.body.decode()
    assert f'<p class="host" dir="ltr">{host}</p>' in html
    assert ("<bdi>" in html) is bool(unicode)
    assert unicode in html


@pytest.mark.parametrize(
    ("location", "deceptive"),
    [
        ("https://xn--80ak6aa92e.com/", True),
        ("https://xn--pypal-4ve.com/", True),
        ("https://xn--mnchen-3ya.de/", False),
        ("https://xn--e1afmkfd.xn--p1ai/", False),
        ("https://shop.example/", False),
    ],
)
def test_a_preview_warns_of_letters_that_pass_for_others(
    pages: Pages, location: str, deceptive: bool
) -> None:
    html = pages.preview(location, b"en").body.decode()
    assert ("look-alike" in html) is deceptive


def test_a_location_can_not_leave_its_place_in_the_page(pages: Pages) -> None:
    hostile = "https://a.example/?q=\"><script>alert(1)</script>{{7*7}}'"
    answer = pages.preview(hostile, b"en")
    outline = check_whole(answer, "en")
    assert outline.named("a")[0]["href"] == hostile
    assert "49" not in answer.body.decode().partition("</style>")[2]


def test_a_page_is_small(pages: Pages) -> None:
    assert max(len(pages.show(Show(kind, 200), b"de").body) for kind in KINDS) < 6_000
