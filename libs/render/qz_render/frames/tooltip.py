"""A bordered symbol with a speech bubble below that points at it."""

from qz_render.frames.base import FrameLayout, FrameSpec
from qz_render.geometry import Path, ring, rounded
from qz_render.text import caption


def tooltip(spec: FrameSpec) -> FrameLayout:
    line, side, bubble = spec.part(0.03), spec.panel, spec.part(0.2)
    width, radius = side + 2 * line, spec.part(0.07)
    gap, tip = spec.part(0.09, 2), spec.part(0.06)
    edge = ring(
        rounded(0, 0, width, width, radius),
        rounded(line, line, side, side, max(0, radius - line)),
    )
    letters = caption(
        spec.text, width * 0.08, width + gap + bubble * 0.31, width * 0.84, bubble * 0.38
    )
    shape = _bubble(width, width + gap, bubble, radius, tip)
    paints = ((edge, spec.color), (shape, spec.color), (letters, spec.text_color))
    return FrameLayout(width, width + gap + bubble, line, line, paints)


def _bubble(width: float, top: float, height: float, radius: float, tip: float) -> Path:
    """A rounded box with a triangle in the middle of its upper edge."""
    start, first, *rest = rounded(0, top, width, height, min(radius, height / 2)).ops
    middle = width / 2
    pointer = (
        ("L", middle - tip, top),
        ("L", middle, top - tip),
        ("L", middle + tip, top),
    )
    return Path((start, *pointer, first, *rest))
