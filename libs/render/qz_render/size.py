"""How large an image is: pixels, or millimetres at a print resolution."""

from collections.abc import Mapping
from dataclasses import dataclass

from qz_render.fields import Fields, finite, invalid

LEAST_PIXELS, MOST_PIXELS = 64, 4096
LEAST_DPI, MOST_DPI = 72, 2400
LEAST_MM, MOST_MM = 5.0, 1000.0
_INCH_MM = 25.4


@dataclass(frozen=True, slots=True)
class Size:
    """Width of the image; `mm` and `dpi` are set when it was asked for in print units."""

    pixels: int = 512
    mm: float | None = None
    dpi: int | None = None


def parse_size(value: object, *, pointer: str = "/size") -> Size:
    """512, or {"mm": 30, "dpi": 300}; raises Invalid out of bounds (NaN, -1, 1e400, 10^9)."""
    if value is None:
        return Size()
    if isinstance(value, Mapping):
        return _print_size(Fields(value, pointer), pointer)
    pixels = finite(value)
    if pixels is None or pixels != int(pixels) or not LEAST_PIXELS <= pixels <= MOST_PIXELS:
        message = f"must be a whole number from {LEAST_PIXELS} to {MOST_PIXELS}, or print units"
        invalid("out_of_range", message, pointer)
    return Size(int(pixels))


def _print_size(fields: Fields, pointer: str) -> Size:
    if not fields.has("mm"):
        fields.complain("mm", "is required", "required")
    millimetres = fields.number("mm", LEAST_MM, MOST_MM, 30)
    dpi = fields.whole("dpi", LEAST_DPI, MOST_DPI, 300)
    fields.finish()
    pixels = round(millimetres / _INCH_MM * dpi)
    if not LEAST_PIXELS <= pixels <= MOST_PIXELS:
        message = f"comes to {pixels} pixels; {LEAST_PIXELS} to {MOST_PIXELS} can be drawn"
        invalid("out_of_range", message, pointer)
    return Size(pixels, millimetres, dpi)
