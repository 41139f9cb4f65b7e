"""A rounded line with a pill on its lower edge that carries the caption."""

from qz_render.frames.base import FrameLayout, FrameSpec
from qz_render.geometry import ring, rounded
from qz_render.text import caption


def badge(spec: FrameSpec) -> FrameLayout:
    line, side, pill = spec.part(0.025), spec.panel, spec.part(0.18, 2)
    room = pill // 2
    width, height = side + 2 * line, side + 2 * line + room
    radius = spec.part(0.09)
    edge = ring(
        rounded(0, 0, width, height, radius),
        rounded(line, line, side, side + room, max(0, radius - line)),
    )
    left = width * 0.14
    shape = rounded(left, height - room, width - 2 * left, pill, pill / 2)
    letters = caption(
        spec.text, width * 0.21, height - room + pill * 0.31, width * 0.58, pill * 0.38
    )
    paints = ((edge, spec.color), (shape, spec.color), (letters, spec.text_color))
    return FrameLayout(width, height - room + pill, line, line, paints)
