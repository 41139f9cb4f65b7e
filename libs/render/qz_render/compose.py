"""Matrix and style to a scene: the one place where a look becomes shapes."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from qz_render.color import BLACK, WHITE, Color, Ink, colors_of, contrast
from qz_render.frames import FRAMES, FrameLayout, FrameSpec
from qz_render.matrix import Matrix, Modules
from qz_render.pictures import Picture
from qz_render.scene import Box, Cells, Fill, Node, Placed, Scene, bind, variants_of
from qz_render.shapes.eyes import eye_ball, eye_frame
from qz_render.style import Logo, Style

DEFAULT_TEXT = "SCAN ME"


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A scene and what the checks need to know about it."""

    scene: Scene
    matrix: Matrix
    style: Style
    symbol_x: int
    symbol_y: int
    cleared: NDArray[np.bool_]


def compose(matrix: Matrix, style: Style) -> Drawing:
    panel = matrix.side + 2 * style.quiet_zone
    layout = _framed(style.frame, _frame_spec(style, panel))
    x, y = layout.panel_x + style.quiet_zone, layout.panel_y + style.quiet_zone
    logo = _logo_box(style.logo, matrix.side)
    cleared = _cleared(style.logo, logo, matrix.side)
    nodes: list[Node] = [*_background(style, layout), *_frame(layout)]
    nodes += _symbol(matrix.modules & ~cleared, style, x, y)
    if logo and style.logo and style.logo.picture:
        nodes.append(Placed(style.logo.picture, (logo[0] + x, logo[1] + y, logo[2], logo[3])))
    title = style.frame_text if style.frame != "none" else ""
    scene = Scene(layout.width, layout.height, style.background, tuple(nodes), title)
    return Drawing(scene, matrix, style, x, y, cleared)


@lru_cache(maxsize=64)
def _framed(frame: str, spec: FrameSpec) -> FrameLayout:
    return FRAMES[frame](spec)


def _frame_spec(style: Style, panel: int) -> FrameSpec:
    color = style.frame_color or _solid(style.foreground)
    text_color = style.frame_text_color or _readable_on(color)
    return FrameSpec(panel, style.frame_text or DEFAULT_TEXT, color, text_color)


def _solid(ink: Ink) -> Color:
    return colors_of(ink)[0]


@lru_cache(maxsize=128)
def _readable_on(color: Color) -> Color:
    plain = color.over(WHITE)
    return max((WHITE, BLACK), key=lambda candidate: contrast(candidate, plain))


def _frame(layout: FrameLayout) -> list[Fill]:
    return [Fill(path, color) for path, color in layout.paints if path.ops]


def _background(style: Style, layout: FrameLayout) -> list[Node]:
    """A background picture covers the canvas; what is too long is cut off evenly."""
    picture = style.background_picture
    if picture is None:
        return []
    shape = layout.width / layout.height
    return [Placed(_cropped(picture, shape), (0, 0, layout.width, layout.height))]


def _cropped(picture: Picture, shape: float) -> Picture:
    width = min(picture.width, max(1, round(picture.height * shape)))
    height = min(picture.height, max(1, round(picture.width / shape)))
    return picture.cropped(width, height)


def _symbol(modules: Modules, style: Style, x: int, y: int) -> list[Node]:
    side = len(modules)
    box: Box = (x, y, side, side)
    paint = bind(style.foreground, box)
    if _eyes_are_modules(style):
        return [Cells(style.modules, variants_of(modules), x, y, paint)]
    rest = modules.copy()
    eyes: list[Node] = []
    for column, row in ((0, 0), (side - 7, 0), (0, side - 7)):
        rest[row : row + 7, column : column + 7] = 0
        eyes += _eye(style, x + column, y + row, column > 0, row > 0, box)
    return [Cells(style.modules, variants_of(rest), x, y, paint), *eyes]


def _eyes_are_modules(style: Style) -> bool:
    """Square eyes in the colour of square modules need no drawing of their own."""
    return (
        style.modules == "square"
        and style.eye_shapes == ("square", "square")
        and style.eye_frame_color in (None, style.foreground)
        and style.eye_ball_color in (None, style.foreground)
    )


def _eye(style: Style, x: int, y: int, flip_x: bool, flip_y: bool, box: Box) -> list[Fill]:
    frame, ball = style.eye_shapes
    frame_ink = style.eye_frame_color or style.foreground
    ball_ink = style.eye_ball_color or frame_ink
    return [
        Fill(eye_frame(frame, flip_x, flip_y, x, y), bind(frame_ink, box)),
        Fill(eye_ball(ball, flip_x, flip_y, x, y), bind(ball_ink, box)),
    ]


def _logo_box(logo: Logo | None, side: int) -> Box | None:
    """The logo in the middle of the symbol, its longer side as large as the style says."""
    if logo is None or logo.picture is None:
        return None
    longest = max(logo.picture.width, logo.picture.height)
    width = side * logo.size * logo.picture.width / longest
    height = side * logo.size * logo.picture.height / longest
    return ((side - width) / 2, (side - height) / 2, width, height)


def _cleared(logo: Logo | None, box: Box | None, side: int) -> NDArray[np.bool_]:
    """Modules that give way: those the logo and its margin touch."""
    cleared = np.zeros((side, side), bool)
    if logo and box and logo.clear:
        cleared[covered_slice(box, logo.margin, side)] = True
    return cleared


def covered_slice(box: Box, margin: float, side: int) -> tuple[slice, slice]:
    """Rows and columns of modules a box and its margin touch."""
    x, y = box[:2]
    rows = slice(_floor(y - margin), side - _floor(y - margin))
    columns = slice(_floor(x - margin), side - _floor(x - margin))
    return rows, columns


def _floor(value: float) -> int:
    return max(0, int(value + 1e-9))
