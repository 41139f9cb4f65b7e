"""No frame: the panel is the canvas."""

from qz_render.frames.base import FrameLayout, FrameSpec


def none(spec: FrameSpec) -> FrameLayout:
    return FrameLayout(spec.panel, spec.panel, 0, 0)
