"""Frames around a symbol, in kinds: a new one is one file and one line here."""

from qz_render.frames.badge import badge
from qz_render.frames.banner import banner
from qz_render.frames.base import Frame, FrameLayout, FrameSpec
from qz_render.frames.border import border
from qz_render.frames.brackets import brackets
from qz_render.frames.none import none
from qz_render.frames.polaroid import polaroid
from qz_render.frames.scan_me import scan_me_bottom, scan_me_top
from qz_render.frames.ticket import ticket
from qz_render.frames.tooltip import tooltip

FRAMES: dict[str, Frame] = {
    "none": none,
    "border": border,
    "scan-me-bottom": scan_me_bottom,
    "scan-me-top": scan_me_top,
    "banner": banner,
    "ticket": ticket,
    "tooltip": tooltip,
    "badge": badge,
    "brackets": brackets,
    "polaroid": polaroid,
}

__all__ = ["FRAMES", "Frame", "FrameLayout", "FrameSpec"]
