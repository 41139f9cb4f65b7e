"""What would make a drawing read: single changes that were tried, not guessed."""

from collections.abc import Iterator
from dataclasses import replace

from qz_render.color import BLACK, WHITE, Ink, colors_of
from qz_render.compose import compose
from qz_render.errors import Problem
from qz_render.matrix import encode
from qz_render.readback import reads_back
from qz_render.style import Style

_MOST_REMEDIES = 3


def remedies(payload: bytes, style: Style, scale: int) -> list[Problem]:
    """Up to three changes of one field each that read back; a general hint if none does."""
    working: list[Problem] = []
    for pointer, message, changed in _candidates(style):
        if _reads(payload, changed, scale):
            text = f"the code does not read back; it does with {message}"
            working.append(Problem("unreadable", text, pointer))
        if len(working) == _MOST_REMEDIES:
            break
    general = "the code does not read back: take a larger size and plainer shapes and colours"
    return working or [Problem("unreadable", general, "/style")]


def _reads(payload: bytes, style: Style, scale: int) -> bool:
    return reads_back(compose(encode(payload, style.level), style), payload, scale)


def _candidates(style: Style) -> Iterator[tuple[str, str, Style]]:
    if style.logo and style.logo.picture:
        smaller = round(style.logo.size * 0.7, 2)
        changed = replace(style, logo=replace(style.logo, size=smaller))
        yield "/style/logo_size", f"logo_size {smaller:g}", changed
        yield "/style/logo_url", "no logo", replace(style, logo=None)
    if style.background_picture:
        plain = replace(style, background_picture=None)
        yield "/style/background_image_url", "no background picture", plain
    if style.modules != "square":
        yield "/style/modules", "modules square", replace(style, modules="square")
    if style.eye_shapes != ("square", "square"):
        plain = replace(style, eye_frame="square", eye_ball="square")
        yield "/style/eye_frame", "eye_frame and eye_ball square", plain
    if style.quiet_zone < 4:
        yield "/style/quiet_zone", "quiet_zone 4", replace(style, quiet_zone=4)
    if style.frame != "none":
        yield "/style/frame", "no frame", replace(style, frame="none")
    yield "/style/foreground", "black on white", _black_on_white(style)


def _black_on_white(style: Style) -> Style:
    plain: Ink = BLACK
    if colors_of(style.foreground) == (BLACK,) and style.background == WHITE:
        return style
    return replace(
        style, foreground=plain, background=WHITE, eye_frame_color=None, eye_ball_color=None
    )
