"""A thin card with a broad lower margin, the caption in the frame's colour."""

from qz_render.frames.base import FrameLayout, FrameSpec
from qz_render.geometry import ring, rounded
from qz_render.text import caption


def polaroid(spec: FrameSpec) -> FrameLayout:
    line, side, band = spec.part(0.015), spec.panel, spec.part(0.16)
    width, height = side + 2 * line, side + 2 * line + band
    radius = spec.part(0.05)
    edge = ring(
        rounded(0, 0, width, height, radius),
        rounded(line, line, side, side + band, max(0, radius - line)),
    )
    letters = caption(spec.text, width * 0.1, line + side + band * 0.02, width * 0.8, band * 0.46)
    return FrameLayout(width, height, line, line, ((edge, spec.color), (letters, spec.color)))
