"""A rounded line all round, without a caption."""

from qz_render.frames.base import FrameLayout, FrameSpec
from qz_render.geometry import ring, rounded


def border(spec: FrameSpec) -> FrameLayout:
    line, side = spec.part(0.03), spec.panel
    radius = spec.part(0.09)
    outer = rounded(0, 0, side + 2 * line, side + 2 * line, radius + line)
    edge = ring(outer, rounded(line, line, side, side, radius))
    whole = side + 2 * line
    return FrameLayout(whole, whole, line, line, ((edge, spec.color),))
