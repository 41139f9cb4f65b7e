"""Four corner brackets as in a view finder, the caption below in the frame's colour."""

from qz_render.frames.base import FrameLayout, FrameSpec
from qz_render.geometry import Path, join, polygon
from qz_render.text import caption


def brackets(spec: FrameSpec) -> FrameLayout:
    line, side, band = spec.part(0.03), spec.panel, spec.part(0.18)
    width = side + 2 * line
    reach = spec.part(0.22)
    corners = join(
        _corner(x, y, across * reach, down * reach, across * line, down * line)
        for x, across in ((0, 1), (width, -1))
        for y, down in ((0, 1), (width, -1))
    )
    letters = caption(spec.text, width * 0.04, width + band * 0.35, width * 0.92, band * 0.42)
    paints = ((corners, spec.color), (letters, spec.color))
    return FrameLayout(width, width + band, line, line, paints)


def _corner(x: float, y: float, dx: float, dy: float, tx: float, ty: float) -> Path:
    """An L of thickness t that reaches d along both edges; always drawn clockwise."""
    points = [
        (x, y),
        (x + dx, y),
        (x + dx, y + ty),
        (x + tx, y + ty),
        (x + tx, y + dy),
        (x, y + dy),
    ]
    return polygon(points if dx * dy > 0 else points[::-1])
