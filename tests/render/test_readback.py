"""Nothing unreadable is handed out, and the answer says what to change."""

import dataclasses

import pytest
from PIL import Image as Pillow

from qz_render import Invalid, Style, Unscannable, decode_picture, parse_style, render
from tests.render.samples import logo_picture, png_bytes

URL = "https://example.com/a/b/c"


def refusals(style: Style, size: int = 512) -> dict[str, str]:
    """Code and pointer of each problem."""
    with pytest.raises(Unscannable) as refused:
        render(URL, style, "png", size)
    assert refused.value.code == "unscannable_style"
    return {problem.code: problem.pointer for problem in refused.value.problems}


@pytest.mark.parametrize(
    "style",
    [
        {"foreground": "#ffffff"},
        {"foreground": "#00000000"},
        {"foreground": "#0000001a"},
        {"foreground": "#9ca3af"},
        {"background": "#111111"},
        {"foreground": {"stops": [{"color": "#000000"}, {"color": "#fde047"}]}},
        {"foreground": {"stops": [{"color": "#000000"}, {"color": "#ffffff"}]}},
        {"eye_frame_color": "#f5f5f5"},
        {"eye_ball_color": "#ffffff"},
    ],
)
def test_too_little_contrast_is_refused(style: dict[str, object]) -> None:
    assert refusals(parse_style(style)) == {"contrast_too_low": "/style/foreground"}


def test_missing_quiet_zone_is_refused() -> None:
    assert "quiet_zone_too_small" in refusals(parse_style({"quiet_zone": 1}))


def test_all_measures_are_told_at_once() -> None:
    found = refusals(parse_style({"quiet_zone": 0, "foreground": "#eeeeee"}))
    assert set(found) == {"contrast_too_low", "quiet_zone_too_small"}


def logo_style(size: float, **more: object) -> Style:
    square = decode_picture(png_bytes(Pillow.new("RGB", (50, 50), "red")))
    data = {"logo_url": "https://example.com/l.png", "logo_size": size, **more}
    return parse_style(data).with_pictures(logo=square)


def test_logo_beyond_the_correction_budget_is_refused() -> None:
    assert refusals(logo_style(0.4)) == {"logo_too_large": "/style/logo_size"}


def test_the_same_logo_needs_more_correction_than_l() -> None:
    assert render(URL, logo_style(0.2)).error_correction == "H"
    with pytest.raises(Unscannable, match="error_correction H"):
        render(URL, logo_style(0.2, error_correction="L"))


def test_busy_background_picture_is_refused() -> None:
    noise = decode_picture(png_bytes(Pillow.effect_noise((300, 300), 120)))
    style = dataclasses.replace(Style(), background_picture=noise)
    assert refusals(style) == {"unreadable": "/style/background_image_url"}


def test_named_picture_must_have_been_fetched() -> None:
    style = parse_style(
        {"logo_url": "https://e.com/l.png", "background_image_url": "https://e.com/b.png"}
    )
    with pytest.raises(Invalid) as refused:
        render(URL, style)
    assert [problem.pointer for problem in refused.value.problems] == [
        "/style/logo_url",
        "/style/background_image_url",
    ]


def test_warnings_come_with_the_image() -> None:
    style = parse_style({"quiet_zone": 2, "foreground": "#6b7280", "background": "transparent"})
    codes = {warning.code for warning in render(URL, style).warnings}
    assert codes == {"quiet_zone_small", "transparent_background"}
    light = parse_style({"foreground": "#ffffff", "background": "#000000"})
    assert {warning.code for warning in render(URL, light).warnings} == {"inverted"}


def test_unreadable_drawing_names_a_change_that_was_tried() -> None:
    """A square ball in a round frame misleads the reader now and then."""
    style = parse_style({"eye_frame": "dot", "eye_ball": "square"})
    payload, refused = first_refusal(style)
    problem = refused.problems[0]
    assert (problem.code, problem.pointer) == ("unreadable", "/style/eye_frame")
    assert render(payload, dataclasses.replace(style, eye_frame="square"), size=300)


def first_refusal(style: Style) -> tuple[str, Unscannable]:
    for length in range(200):
        payload = "https://example.com/" + "x" * length
        try:
            render(payload, style, size=300)
        except Unscannable as refused:
            return payload, refused
    raise AssertionError("every drawing read")


def test_attaching_a_logo_is_enough_to_draw_it() -> None:
    style = Style().with_pictures(logo=logo_picture())
    assert render(URL, style).error_correction == "H"
