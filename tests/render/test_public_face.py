"""What the package promises to its callers."""

import dataclasses

import pytest

import qz_render
from qz_render import (
    Image,
    Invalid,
    Press,
    Problem,
    RenderError,
    Size,
    Style,
    fingerprint,
    parse_press,
    parse_request,
    parse_style,
    payload_of,
    render,
)
from tests.render.samples import logo_picture


def test_every_promised_name_is_there() -> None:
    assert all(hasattr(qz_render, name) for name in qz_render.__all__)
    assert len(set(qz_render.__all__)) == len(qz_render.__all__)


def test_image_says_all_about_itself() -> None:
    image = render("https://example.com", format="svg", size=300)
    assert (image.media_type, image.extension) == ("image/svg+xml", "svg")
    assert len(image.digest) == 64
    assert dataclasses.is_dataclass(Image)


def test_unknown_format_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        render("x", format="gif")
    assert (refused.value.code, refused.value.pointer) == ("unknown_format", "/format")


def test_empty_payload_is_refused() -> None:
    with pytest.raises(Invalid):
        render("")
    assert payload_of(b"\x00\xff") == b"\x00\xff"


def test_errors_carry_their_first_problem() -> None:
    error = Invalid([Problem("a", "b", "/c"), Problem("d", "e", "/f")])
    assert (error.code, error.message, error.pointer) == ("a", "b", "/c")
    assert isinstance(error, RenderError)
    with pytest.raises(ValueError, match="at least one"):
        Invalid([])


def test_fingerprint_follows_everything_that_changes_the_image() -> None:
    logo = Style().with_pictures(logo=logo_picture())
    prints = [
        fingerprint("a"),
        fingerprint("b"),
        fingerprint("a", parse_style({"modules": "dots"})),
        fingerprint("a", logo),
        fingerprint("a", format="svg"),
        fingerprint("a", size=513),
        fingerprint("a", size=Size(512, 43, 300)),
        fingerprint("a", format="pdf"),
        fingerprint("a", format="pdf", press=Press(cmyk=True)),
    ]
    assert len(set(prints)) == len(prints)
    assert fingerprint("a", parse_style({})) == fingerprint("a") == fingerprint(b"a", Style())


def test_request_is_read_in_one_go() -> None:
    request = parse_request(
        {
            "content": {"kind": "url", "url": "https://example.com"},
            "style": {"modules": "dots"},
            "format": "pdf",
            "size": {"mm": 40, "dpi": 300},
            "press": {"cmyk": True, "bleed_mm": 3},
        }
    )
    assert request.press == Press(cmyk=True, bleed_mm=3)
    assert request.size == Size(472, 40, 300)
    image = render(
        request.content, request.style, request.format, request.size, press=request.press
    )
    assert image.media_type == "application/pdf"


def test_problems_of_all_parts_are_told_together() -> None:
    with pytest.raises(Invalid) as refused:
        parse_request(
            {
                "content": {"kind": "geo"},
                "style": {"modules": "x"},
                "format": "gif",
                "size": -1,
                "press": {"bleed_mm": 1e400, "gloss": 1},
                "colour": "red",
            }
        )
    assert {problem.pointer for problem in refused.value.problems} == {
        "/content/latitude",
        "/content/longitude",
        "/style/modules",
        "/format",
        "/size",
        "/press/bleed_mm",
        "/press/gloss",
        "/colour",
    }


@pytest.mark.parametrize("data", [None, [], "x", 3])
def test_request_must_be_an_object(data: object) -> None:
    with pytest.raises(Invalid):
        parse_request(data)


def test_press_defaults_to_plain_rgb() -> None:
    assert parse_press(None) == parse_press({}) == Press()
