"""QR symbols: one scene, every format, and nothing handed out that does not read back.

    content = parse_content({"kind": "url", "url": "https://example.com"})
    style = parse_style({"modules": "rounded", "foreground": "#111827"})
    image = render(content, style, "png", 512)

Pure: no files, no network; pictures come in as bytes through `decode_picture`.
"""

from qz_render.check import Report, Trial, check
from qz_render.color import Color, Gradient, Stop
from qz_render.content import KINDS, Content, parse_content
from qz_render.errors import BadPicture, Invalid, Problem, RenderError, TooLong, Unscannable
from qz_render.formats import FORMATS
from qz_render.frames import FRAMES
from qz_render.image import Image, fingerprint, payload_of, render
from qz_render.legibility import hopeless
from qz_render.matrix import MAX_PAYLOAD_BYTES
from qz_render.pictures import Picture, decode_picture
from qz_render.printing.archive import write_archive
from qz_render.printing.entry import Entry
from qz_render.printing.pages import code_pages
from qz_render.printing.sheets import SHEETS, label_sheets
from qz_render.request import RenderRequest, parse_press, parse_request
from qz_render.shapes.eyes import BALL_NAMES, EYE_FRAMES
from qz_render.shapes.modules import MODULE_SHAPES
from qz_render.size import Size, parse_size
from qz_render.style import Logo, Style, parse_style
from qz_render.writers.target import Press

__all__ = [
    "BALL_NAMES",
    "EYE_FRAMES",
    "FORMATS",
    "FRAMES",
    "KINDS",
    "MAX_PAYLOAD_BYTES",
    "MODULE_SHAPES",
    "SHEETS",
    "BadPicture",
    "Color",
    "Content",
    "Entry",
    "Gradient",
    "Image",
    "Invalid",
    "Logo",
    "Picture",
    "Press",
    "Problem",
    "RenderError",
    "RenderRequest",
    "Report",
    "Size",
    "Stop",
    "Style",
    "TooLong",
    "Trial",
    "Unscannable",
    "check",
    "code_pages",
    "decode_picture",
    "fingerprint",
    "hopeless",
    "label_sheets",
    "parse_content",
    "parse_press",
    "parse_request",
    "parse_size",
    "parse_style",
    "payload_of",
    "render",
    "write_archive",
]
