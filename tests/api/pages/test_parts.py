"""Themes, markup, texts per language and blocks, one rule each."""

from typing import Any

import pytest
from pydantic import ValidationError

from qz_api.pages.compile import compile_landing
from qz_api.pages.markup import inline, paragraphs
from qz_api.pages.schemas import Document
from qz_api.pages.theme import Palette, Theme, color, field, label, quiet, theme_css
from qz_render.color import contrast
from tests.api.pages.inert import read

PALETTES = [
    ("#ffffff", "#000000", "#000000"),
    ("#000000", "#ffffff", "#ffffff"),
    ("#fdf8f0", "#2a1f14", "#b4461f"),
    ("#0b3d91", "#ffffff", "#ffd23f"),
    ("#767676", "#ffffff", "#ffffff"),
    ("#ffd23f", "#1c1d1f", "#a4262c"),
    ("#808080", "#000000", "#000000"),
    ("#ffffff", "#767676", "#949494"),
]


@pytest.mark.parametrize(("background", "text", "accent"), PALETTES)
def test_whatever_is_derived_from_a_palette_can_be_read(
    background: str, text: str, accent: str
) -> None:
    palette = Palette(background=background, text=text, accent=accent)
    for ground in (color(background), field(palette)):
        assert contrast(color(text), ground) >= 4.5
        assert contrast(quiet(palette), ground) >= 4.5
    assert contrast(label(palette), color(accent)) >= 4.5


@pytest.mark.parametrize(
    ("background", "text", "accent", "name"),
    [
        ("#ffffff", "#777777", "#000000", "text"),
        ("#ffffff", "#000000", "#eeeeee", "accent"),
        ("#1c1d1f", "#1c1d1f", "#ffffff", "text"),
    ],
)
def test_colours_that_can_not_be_read_are_refused(
    background: str, text: str, accent: str, name: str
) -> None:
    with pytest.raises(ValidationError) as raised:
        Palette(background=background, text=text, accent=accent)
    assert raised.value.errors()[0]["type"] == "low_contrast"
    assert name in raised.value.errors()[0]["msg"]


@pytest.mark.parametrize("value", ["red", "#fff", "#12345g", "red;}*{", "#000000;", "url(x)", ""])
def test_a_colour_is_six_hex_digits(value: str) -> None:
    with pytest.raises(ValidationError):
        Palette(background="#ffffff", text=value, accent="#000000")


@pytest.mark.parametrize("name", ["font", "corners", "align", "appearance"])
def test_a_choice_is_a_word_of_its_list(name: str) -> None:
    with pytest.raises(ValidationError):
        Theme.model_validate({name: "sans; } body { display: none"})


def test_an_appearance_that_is_fixed_follows_no_phone() -> None:
    assert "prefers-color-scheme" in theme_css(Theme())
    fixed = theme_css(Theme(appearance="dark"))
    assert "prefers-color-scheme" not in fixed
    assert "--paper: #131415" in fixed


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("plain", "plain"),
        ("**bold** and *soft*", "<strong>bold</strong> and <em>soft</em>"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("** not **", "** not **"),
        ("a\nb", "a<br>b"),
        ("***", "***"),
        ("*a **b* c**", "*a *<em>b</em> c**"),
        ("<b>", "&lt;b&gt;"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
    ],
)
def test_markup_is_bold_italic_and_line_breaks(text: str, html: str) -> None:
    assert inline(text) == html


def test_blank_lines_part_paragraphs() -> None:
    assert paragraphs("\r\none\r\ntwo\n \n\nthree\n") == ["one<br>two", "three"]


def test_hostile_stars_cost_no_time() -> None:
    assert len(inline("*" * 5000)) == 5000
    assert "**a" in inline("**a " * 1200)


def document(**fields: Any) -> Document:
    return Document.model_validate({"title": "x", **fields})


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"title": {"en": "a", "pt": "b"}}, "wrong_languages"),
        ({"title": {"pt": "b"}, "languages": ["en", "pt"]}, "wrong_languages"),
        ({"languages": ["en", "en"]}, "repeated_language"),
        ({"languages": ["english"]}, "string_pattern_mismatch"),
        ({"languages": []}, "too_short"),
        ({"title": "\u202eevil"}, "invalid_text"),
        ({"title": "two\nlines"}, "invalid_text"),
        ({"title": " "}, "empty_text"),
        ({"title": "x" * 201}, "string_too_long"),
        ({"blocks": [{"type": "html", "html": "<x>"}]}, "union_tag_invalid"),
        ({"blocks": [{"type": "divider", "id": "a"}] * 2}, "repeated_block_id"),
        ({"blocks": [{"type": "divider", "id": "a-1"}]}, "string_pattern_mismatch"),
        ({"blocks": [{"type": "divider"}] * 101}, "too_long"),
        (
            {
                "blocks": [
                    {
                        "type": "social",
                        "links": [
                            {"network": "instagram", "url": "https://instagram.com.evil.example"}
                        ],
                    }
                ]
            },
            "wrong_network",
        ),
        ({"blocks": [{"type": "contact", "person": {}}]}, "invalid_contact"),
        (
            {
                "blocks": [
                    {
                        "type": "hours",
                        "spans": [{"days": ["mon"], "opens": "9:00", "closes": "18:00"}],
                    }
                ]
            },
            "string_pattern_mismatch",
        ),
    ],
)
def test_a_page_that_makes_no_sense_is_refused(fields: dict[str, Any], kind: str) -> None:
    with pytest.raises(ValidationError) as raised:
        document(**fields)
    assert raised.value.errors()[0]["type"] == kind


def test_days_that_are_alike_stand_in_one_line() -> None:
    week = ["mon", "tue", "wed", "thu", "fri"]
    spans = [
        {"days": week, "opens": "14:00", "closes": "18:00"},
        {"days": week[:4], "opens": "09:00", "closes": "12:30"},
        {"days": ["sat"], "opens": "22:00", "closes": "02:00"},
    ]
    page = document(blocks=[{"type": "hours", "spans": spans}])
    text = " ".join(read(compile_landing(page, {}).html["en"]).text.split())
    assert (
        "Mon – Thu09:00 – 12:30 14:00 – 18:00 Fri14:00 – 18:00 Sat22:00 – 02:00 SunClosed" in text
    )
