"""Whatever is sent, the answer is a value or a refusal with pointers, never another error."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from qz_render import (
    KINDS,
    RenderError,
    Unscannable,
    decode_picture,
    parse_content,
    parse_size,
    parse_style,
    payload_of,
    render,
)
from tests.render.samples import CONTENTS, STYLES, logo_picture, png_bytes

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(["", "#000000", "\ud800", "\u202e", "\x00", "https://x", "9" * 5000])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
CONTENT_FIELDS = sorted({name for sample in CONTENTS.values() for name in sample})
STYLE_FIELDS = sorted({name for sample in STYLES.values() for name in sample})


def assert_pointed(refused: RenderError, root: str) -> None:
    assert all(problem.pointer.startswith(root) for problem in refused.problems)
    assert all(problem.message and problem.code for problem in refused.problems)


@settings(max_examples=300, deadline=None)
@given(
    kind=st.sampled_from(sorted(KINDS)),
    fields=st.dictionaries(st.sampled_from(CONTENT_FIELDS) | st.text(max_size=5), JSON),
    keep=st.booleans(),
)
def test_any_content_is_taken_or_refused(kind: str, fields: dict[str, object], keep: bool) -> None:
    sample = CONTENTS[kind] if keep else {}
    try:
        content = parse_content(sample | fields | {"kind": kind})
    except RenderError as refused:
        assert_pointed(refused, "/content")
    else:
        assert len(payload_of(content)) <= 2048


@settings(max_examples=300, deadline=None)
@given(fields=st.dictionaries(st.sampled_from(STYLE_FIELDS) | st.text(max_size=5), JSON))
def test_any_style_is_taken_or_refused(fields: dict[str, object]) -> None:
    try:
        style = parse_style(fields)
    except RenderError as refused:
        assert_pointed(refused, "/style")
        return
    if style.logo is None and style.background_url is None:
        try:
            assert render("https://example.com", style, size=256).data
        except Unscannable as refused:
            assert_pointed(refused, "/style")


@settings(max_examples=200, deadline=None)
@given(size=JSON)
def test_any_size_is_taken_or_refused(size: object) -> None:
    try:
        assert 64 <= parse_size(size).pixels <= 4096
    except RenderError as refused:
        assert_pointed(refused, "/size")


def test_damaged_pictures_are_taken_or_refused() -> None:
    chance = random.Random(5)
    logo = logo_picture()
    from PIL import Image as Pillow

    image = Pillow.fromarray(logo.pixels())
    for format in ("PNG", "WEBP", "JPEG"):
        whole = png_bytes(image.convert("RGB") if format == "JPEG" else image, format)
        for _ in range(60):
            damaged = bytearray(whole)
            for _ in range(chance.randint(1, 12)):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            try:
                assert decode_picture(bytes(damaged)).rgba
            except RenderError as refused:
                assert_pointed(refused, "/style/logo_url")
