"""Rows 28–30, 33 and 34 as far as they concern pages: what an author may write is never more than
text, on the page, in its files, in its style and in the addresses of its buttons."""

from typing import Any

import pytest
from pydantic import ValidationError

from qz_api.pages.compile import Compiled, compile_landing, compile_offer
from qz_api.pages.schemas import Document
from qz_common.records import PageRecord
from qz_redirect.pages.compiled import serve_page
from qz_redirect.responses import Answer, file
from qz_render import RenderError, parse_content
from tests.api.pages.inert import read
from tests.api.pages.samples import CONTENTS, page

XSS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "'><iframe srcdoc='<script>alert(1)</script>'>",
    "</style></title></textarea><script>alert(1)</script>",
    "<math><mtext></p><style><a title=</style><img src onerror=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<form action=//evil.example><input name=q>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "${alert(1)} {{constructor.constructor('alert(1)')()}}",
    "\\u003cscript\\u003e",
    "＜script＞alert(1)＜/script＞",
    "*<b style=position:fixed>*",
    '/__qz_page__/"><script>alert(1)</script>',
]


def served(compiled: Compiled) -> list[Answer]:
    record = PageRecord(version=1, id="pg_x", workspace="ws_x", html=compiled.html)
    return [serve_page(record, "/AB3", tag.encode()) for tag in compiled.html]


def assert_inert(compiled: Compiled) -> None:
    for html in compiled.html.values():
        assert read(html).complaints == []
    for answer in served(compiled):
        headers = dict(answer.headers)
        assert b"default-src 'none'" in headers[b"content-security-policy"]
        assert b"script" not in headers[b"content-security-policy"]
        assert headers[b"x-content-type-options"] == b"nosniff"
        assert b"<base href=" in answer.body
        assert b"<script" not in answer.body.lower()


@pytest.mark.parametrize("text", XSS)
def test_row_34_text_of_a_landing_page_is_text(text: str) -> None:
    assert_inert(compile_landing(Document.model_validate(page(text)), {}))


@pytest.mark.parametrize("text", XSS)
@pytest.mark.parametrize("kind", CONTENTS)
def test_row_34_text_of_content_is_text_in_each_of_its_fields(kind: str, text: str) -> None:
    tried = 0
    for field in CONTENTS[kind]:
        raw = {**CONTENTS[kind], field: text}
        try:
            content = parse_content(raw)
        except RenderError:
            continue
        assert_inert(compile_offer(content, raw))
        tried += 1
    assert tried or kind in ("phone", "wifi")


@pytest.mark.parametrize(
    "picture", ["<svg onload=alert(1)>", "data:image/svg+xml,<svg/>", "//x", ""]
)
def test_row_28_a_picture_is_one_of_ours_by_id(picture: str) -> None:
    blocks = [{"type": "image", "picture_id": picture}]
    with pytest.raises(ValidationError):
        Document.model_validate({"title": "x", "blocks": blocks})


@pytest.mark.parametrize("color", ["red;}*{", "#000000}</style><script>", "url(//x)", "#0000000"])
@pytest.mark.parametrize("name", ["background", "text", "accent"])
def test_row_29_a_colour_can_not_leave_its_place(name: str, color: str) -> None:
    palette = {"background": "#ffffff", "text": "#000000", "accent": "#000000", name: color}
    with pytest.raises(ValidationError):
        Document.model_validate({"title": "x", "theme": {"light": palette}})


@pytest.mark.parametrize("char", ["\u202e", "\u2066", "\u0000", "\u001b", "\u2028", "\r"])
def test_row_29_characters_that_turn_or_hide_text_are_refused(char: str) -> None:
    with pytest.raises(ValidationError):
        Document.model_validate({"title": f"a{char}b"})
    with pytest.raises(RenderError):
        parse_content({"kind": "wifi", "ssid": f"a{char}b"})


@pytest.mark.parametrize("name", ['a"; x="y', "../../etc/passwd", "a/b\\c", "‮fcv.exe", "Ünï 名"])
def test_row_30_a_files_name_is_plain(name: str) -> None:
    raw = {"kind": "mecard", "organization": name.replace("\u202e", "")}
    (found,) = compile_offer(parse_content(raw), raw).files
    assert found.name.isascii()
    assert not set(found.name) & set('"\\/;\r\n')
    disposition = dict(file(found.name, found.media_type, b"").headers)[b"content-disposition"]
    assert disposition.startswith(f'inline; filename="{found.name}"'.encode())


@pytest.mark.parametrize(
    ("kind", "field", "start"),
    [("vcard", "note", "TEL"), ("event", "description", "ATTACH"), ("event", "description", "END")],
)
def test_row_33_no_value_of_a_file_starts_a_line_of_its_own(
    kind: str, field: str, start: str
) -> None:
    def lines(raw: dict[str, Any]) -> list[str]:
        (found,) = compile_offer(parse_content(raw), raw).files
        starts = [line for line in found.body.split("\r\n") if line.startswith(start)]
        assert "\n" not in found.body.replace("\r\n", "")
        return starts

    raw = dict(CONTENTS[kind])
    hostile = {**raw, field: f"x\n{start};evil:1\r\n{start}:2"}
    assert len(lines(hostile)) == len(lines(raw))


@pytest.mark.parametrize(
    ("kind", "field"), [("email", "subject"), ("email", "body"), ("sms", "text")]
)
def test_row_33_no_text_adds_a_field_to_an_address(kind: str, field: str) -> None:
    raw = {**CONTENTS[kind], field: "x&bcc=evil@example.org?cc=y#z%0D%0ABcc: a"}
    (action,) = compile_offer(parse_content(raw), raw).actions
    assert "bcc=" not in action.href
    assert "cc=" not in action.href.replace("%", "")
    assert action.href.isascii()
    assert not set(action.href) & set("\r\n #")
