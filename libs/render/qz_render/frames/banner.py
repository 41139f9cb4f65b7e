"""The symbol on its own, a rounded ribbon with the caption below."""

from qz_render.frames.base import FrameLayout, FrameSpec
from qz_render.geometry import rounded
from qz_render.text import caption


def banner(spec: FrameSpec) -> FrameLayout:
    side, ribbon, edge = spec.panel, spec.part(0.2), spec.part(0.05)
    shape = rounded(edge, side, side - 2 * edge, ribbon, spec.part(0.05))
    letters = caption(spec.text, side * 0.12, side + ribbon * 0.31, side * 0.76, ribbon * 0.38)
    paints = ((shape, spec.color), (letters, spec.text_color))
    return FrameLayout(side, side + ribbon + edge, 0, 0, paints)
