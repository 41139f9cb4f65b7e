"""What an author writes is shown, and nothing that they write runs or reaches out."""

import json
from importlib.resources import files
from typing import Any

import pytest

from qz_api.pages.blocks.base import Picture
from qz_api.pages.compile import Compiled, compile_landing, compile_offer
from qz_api.pages.offers import OFFERS
from qz_api.pages.schemas import Document
from qz_api.pages.words import LANGUAGES
from qz_common.records import PAGE_BASE, PageRecord
from qz_redirect.pages.compiled import serve_page
from qz_redirect.pages.render import style_hash
from qz_redirect.responses import is_followable
from qz_render import parse_content
from tests.api.pages.inert import read
from tests.api.pages.samples import CONTENTS, page

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><script>alert(1)</script>",
    "</title><svg onload=alert(1)>",
    "{{ 7*7 }}{% raw %}",
    "<!--><script>alert(1)</script>-->",
    "javascript:alert(1)",
    "&lt;script&gt;",
    f"{PAGE_BASE}<base href=//evil.example>",
    "**<b onclick=x>**",
    "*<a href=//evil.example>*",
]


def landing(document: dict[str, Any]) -> Compiled:
    return compile_landing(Document.model_validate(document), {})


def shown(kind: str) -> Compiled:
    return compile_offer(parse_content(CONTENTS[kind]), CONTENTS[kind])


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_of_a_landing_page_is_text(text: str) -> None:
    read_page = read(landing(page(text)).html["en"])
    assert read_page.complaints == []
    assert text.replace("**", "").replace("*", "") in read_page.text.replace("*", "")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("vcard", "first_name"),
        ("vcard", "note"),
        ("wifi", "ssid"),
        ("wifi", "password"),
        ("sms", "text"),
        ("email", "subject"),
        ("geo", "label"),
        ("event", "title"),
        ("event", "location"),
        ("text", "text"),
        ("payment", "name"),
        ("bitcoin", "text"),
    ],
)
def test_hostile_text_of_content_is_text(text: str, kind: str, field: str) -> None:
    raw = {**CONTENTS[kind], field: text[:32] if field == "ssid" else text}
    compiled = compile_offer(parse_content(raw), raw)
    for html in compiled.html.values():
        assert read(html).complaints == []
    for file in compiled.files:
        assert file.name.isascii()
        assert not set(file.name) & set("\"/\\<>'& \r\n")


@pytest.mark.parametrize("kind", CONTENTS)
def test_every_kind_is_inert_in_every_language(kind: str) -> None:
    compiled = shown(kind)
    assert list(compiled.html) == list(LANGUAGES)
    for tag, html in compiled.html.items():
        found = read(html)
        assert found.complaints == []
        assert f'<html lang="{tag}" dir="ltr">' in html
        offered = {f"a/{each.id}" for each in compiled.actions}
        offered |= {f"f/{each.name}" for each in compiled.files}
        assert set(found.links) == offered


@pytest.mark.parametrize("kind", CONTENTS)
def test_every_button_leads_where_an_edge_would_go(kind: str) -> None:
    assert all(is_followable(action.href) for action in shown(kind).actions)


def test_every_shown_kind_has_a_sample() -> None:
    assert {content["kind"] for content in CONTENTS.values()} == set(OFFERS)


@pytest.mark.parametrize("compiled", [shown("vcard"), landing(page())], ids=["offer", "landing"])
def test_an_edge_admits_the_style_and_nothing_else(compiled: Compiled) -> None:
    record = PageRecord(version=1, id="pg_x", workspace="ws_x", html=compiled.html)
    answer = serve_page(record, "/ab3", b"en")
    policy = dict(answer.headers)[b"content-security-policy"].decode()
    style = compiled.html["en"].partition("<style>")[2].partition("</style>")[0]
    assert f"style-src {style_hash(style).decode()};" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert b'<base href="/ab3/">' in answer.body
    assert PAGE_BASE.encode() not in answer.body


def test_texts_are_complete_in_every_language() -> None:
    shapes = {tag: shape(texts(tag)) for tag in LANGUAGES}
    assert all(shapes[tag] == shapes["en"] for tag in LANGUAGES)


def texts(tag: str) -> Any:
    return json.loads(files("qz_api.pages").joinpath("texts", f"{tag}.json").read_text("utf-8"))


def shape(value: Any) -> Any:
    """Names, lengths of lists, and placeholders."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items() if name != "decimal"}
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    assert value.strip()
    return sorted(part.partition("}")[0] for part in value.split("{")[1:])


def test_a_text_falls_back_to_the_first_language() -> None:
    compiled = landing(
        {"title": {"pt": "Olá"}, "subtitle": {"pt": "Um", "ar": "واحد"}, "languages": ["pt", "ar"]}
    )
    assert list(compiled.html) == ["pt", "ar"]
    assert 'lang="ar" dir="rtl"' in compiled.html["ar"]
    assert "Olá" in compiled.html["ar"]
    assert "واحد" in compiled.html["ar"]


def test_a_picture_stands_inside_the_page() -> None:
    id = "pic_" + "0" * 26
    document = {"title": "x", "blocks": [{"type": "image", "picture_id": id, "alt": '"><x'}]}
    pictures = {id: Picture("data:image/webp;base64,AAAA", 10, 20)}
    compiled = compile_landing(Document.model_validate(document), pictures)
    assert read(compiled.html["en"]).complaints == []


def test_two_cards_of_one_name_are_two_files() -> None:
    cards = [
        {"type": "contact", "id": id, "person": {"first_name": "Ana", "note": id}} for id in "ab"
    ]
    compiled = landing({"title": "x", "blocks": cards})
    assert [file.name for file in compiled.files] == ["ana.vcf", "b-ana.vcf"]
    assert ["NOTE:a" in file.body for file in compiled.files] == [True, False]
