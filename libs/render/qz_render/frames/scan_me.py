"""A rounded card whose filled band, below or above the symbol, carries the caption."""

from qz_render.frames.base import FrameLayout, FrameSpec
from qz_render.geometry import ring, rounded
from qz_render.text import caption


def scan_me_bottom(spec: FrameSpec) -> FrameLayout:
    return _card(spec, above=False)


def scan_me_top(spec: FrameSpec) -> FrameLayout:
    return _card(spec, above=True)


def _card(spec: FrameSpec, *, above: bool) -> FrameLayout:
    line, side, band = spec.part(0.03), spec.panel, spec.part(0.2)
    width, height = side + 2 * line, side + line + band
    radius = spec.part(0.09)
    top = band if above else line
    window = rounded(line, top, side, side, max(0, radius - line))
    card = ring(rounded(0, 0, width, height, radius), window)
    text_top = 0 if above else line + side
    letters = caption(spec.text, width * 0.08, text_top + band * 0.31, width * 0.84, band * 0.38)
    paints = ((card, spec.color), (letters, spec.text_color))
    return FrameLayout(width, height, line, top, paints)
