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
