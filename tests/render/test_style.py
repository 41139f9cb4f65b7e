"""The style vocabulary: what is taken, what is refused and where."""

import pytest

from qz_render import Color, Gradient, Invalid, Style, parse_style
from tests.render.samples import STYLES

WRONG: list[tuple[dict[str, object], str]] = [
    ({"foreground": "red"}, "/style/foreground"),
    ({"foreground": "#12345"}, "/style/foreground"),
    ({"foreground": "#123456;fill:url(x)"}, "/style/foreground"),
    ({"foreground": '#123456"/><script>'}, "/style/foreground"),
    ({"foreground": "#123456\n"}, "/style/foreground"),
    ({"foreground": 5}, "/style/foreground"),
    ({"background": {"type": "linear"}}, "/style/background"),
    ({"foreground": {"type": "conic", "stops": []}}, "/style/foreground/type"),
    ({"foreground": {"stops": [{"color": "#000000"}]}}, "/style/foreground/stops"),
    ({"foreground": {"stops": [{"color": "#000000"}] * 9}}, "/style/foreground/stops"),
    (
        {"foreground": {"stops": [{"color": "#000000"}, {"color": "blue"}]}},
        "/style/foreground/stops/1/color",
    ),
    (
        {"foreground": {"stops": [{"offset": 1, "color": "#000000"}, {"offset": 0}]}},
        "/style/foreground/stops",
    ),
    ({"modules": "hearts"}, "/style/modules"),
    ({"modules": ["rounded"]}, "/style/modules"),
    ({"eye_frame": "cat"}, "/style/eye_frame"),
    ({"eye_ball": "football"}, "/style/eye_ball"),
    ({"quiet_zone": -1}, "/style/quiet_zone"),
    ({"quiet_zone": 10**9}, "/style/quiet_zone"),
    ({"quiet_zone": float("nan")}, "/style/quiet_zone"),
    ({"quiet_zone": 1.5}, "/style/quiet_zone"),
    ({"quiet_zone": True}, "/style/quiet_zone"),
    ({"logo_size": 0.9}, "/style/logo_size"),
    ({"logo_size": 1e400}, "/style/logo_size"),
    ({"logo_margin": 10**400}, "/style/logo_margin"),
    ({"logo_clear": 1}, "/style/logo_clear"),
    ({"logo_url": "file:///etc/passwd"}, "/style/logo_url"),
    ({"frame": "gold"}, "/style/frame"),
    ({"frame_text": "x" * 41}, "/style/frame_text"),
    ({"frame_text": "a\u202eb"}, "/style/frame_text"),
    ({"frame_text": "a\x00b"}, "/style/frame_text"),
    ({"frame_text": "שלום"}, "/style/frame_text"),
    ({"frame_text": "\ud800"}, "/style/frame_text"),
    ({"error_correction": "X"}, "/style/error_correction"),
    ({"sparkle": 1}, "/style/sparkle"),
    ({"a/b~c": 1}, "/style/a~1b~0c"),
]


@pytest.mark.parametrize(("data", "pointer"), WRONG)
def test_bad_field_is_named(data: dict[str, object], pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_style(data)
    assert pointer in {problem.pointer for problem in refused.value.problems}


def test_all_bad_fields_are_told_at_once() -> None:
    bad = {"foreground": "red", "modules": "x", "quiet_zone": "4", "extra": None}
    with pytest.raises(Invalid) as refused:
        parse_style(bad)
    assert [problem.pointer for problem in refused.value.problems] == [
        "/style/foreground",
        "/style/modules",
        "/style/quiet_zone",
        "/style/extra",
    ]


@pytest.mark.parametrize("data", [[], "rounded", 7])
def test_what_is_no_object_is_refused(data: object) -> None:
    with pytest.raises(Invalid):
        parse_style(data)


def test_nothing_and_null_fields_are_the_plain_style() -> None:
    empty = {"logo_url": None, "frame": None, "eye_frame_color": None, "foreground": None}
    assert parse_style(None) == parse_style({}) == parse_style(empty) == Style()
    assert Style().is_plain


@pytest.mark.parametrize("name", STYLES)
def test_parsing_twice_gives_equal_values(name: str) -> None:
    assert parse_style(STYLES[name]) == parse_style(STYLES[name])
    assert hash(parse_style(STYLES[name])) == hash(parse_style(STYLES[name]))


def test_colours_carry_alpha_and_gradients_spread_their_stops() -> None:
    style = parse_style(
        {
            "foreground": {"stops": [{"color": c} for c in ("#000000", "#111111", "#222222")]},
            "background": "#FFFFFF80",
        }
    )
    assert style.background == Color(255, 255, 255, 128)
    assert isinstance(style.foreground, Gradient)
    assert [stop.offset for stop in style.foreground.stops] == [0, 0.5, 1]


def test_a_logo_asks_for_the_highest_correction() -> None:
    logo = parse_style({"logo_url": "https://example.com/l.png"})
    assert logo.level == "H"
    assert parse_style({}).level == "auto"
    named = {"logo_url": "https://example.com/l.png", "error_correction": "Q"}
    assert parse_style(named).level == "Q"
