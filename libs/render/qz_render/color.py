"""Colours and gradients as the caller writes them, and how far apart two of them look."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from qz_render.fields import Fields

_HEX = re.compile(r"#[0-9a-fA-F]{6}(?:[0-9a-fA-F]{2})?\Z")
_EXPECTED = "must be a colour like #1A2B3C, or #1A2B3C80 with alpha"
MOST_STOPS = 8


@dataclass(frozen=True, slots=True)
class Color:
    """sRGB with straight alpha, 0 to 255 each."""

    red: int
    green: int
    blue: int
    alpha: int = 255

    @property
    def rgb(self) -> tuple[int, int, int]:
        return (self.red, self.green, self.blue)

    @property
    def hex(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    @property
    def opaque(self) -> bool:
        return self.alpha == 255

    def over(self, below: "Color") -> "Color":
        """This colour laid over an opaque one."""
        share = self.alpha / 255
        mixed = (
            round(a * share + b * (1 - share)) for a, b in zip(self.rgb, below.rgb, strict=True)
        )
        return Color(*mixed)

    def over_white(self) -> "Color":
        return self.over(Color(255, 255, 255))

    def gray(self) -> int:
        """Luma (BT.601), 0 to 255."""
        return (self.red * 77 + self.green * 150 + self.blue * 29) >> 8

    def mixed(self, other: "Color", share: float) -> "Color":
        """`share` of the way to another colour, alpha included."""
        mine, others = (*self.rgb, self.alpha), (*other.rgb, other.alpha)
        return Color(*(round(a + (b - a) * share) for a, b in zip(mine, others, strict=True)))

    def luminance(self) -> float:
        """Relative luminance as WCAG defines it, 0 to 1."""
        r, g, b = (_linear(channel / 255) for channel in self.rgb)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b


BLACK = Color(0, 0, 0)
WHITE = Color(255, 255, 255)
TRANSPARENT = Color(255, 255, 255, 0)


@dataclass(frozen=True, slots=True)
class Stop:
    offset: float
    color: Color


@dataclass(frozen=True, slots=True)
class Gradient:
    """`linear` runs at `angle` degrees (0 = left to right, clockwise); `radial` from the middle."""

    kind: str
    stops: tuple[Stop, ...]
    angle: float = 0.0

    @property
    def opaque(self) -> bool:
        return all(stop.color.opaque for stop in self.stops)


Ink = Color | Gradient


def colors_of(ink: Ink) -> tuple[Color, ...]:
    """Every colour an ink shows, gradients sampled between their stops."""
    if isinstance(ink, Color):
        return (ink,)
    pairs = pairwise(ink.stops)
    between = [a.color.mixed(b.color, step / 8) for a, b in pairs for step in range(1, 8)]
    return (*(stop.color for stop in ink.stops), *between)


def contrast(a: Color, b: Color) -> float:
    """WCAG contrast ratio of two opaque colours, 1 to 21."""
    low, high = sorted((a.luminance(), b.luminance()))
    return (high + 0.05) / (low + 0.05)


def read_color(fields: Fields, name: str, default: Color) -> Color:
    value = fields.raw(name)
    if value is None:
        return default
    return _color(fields, name, value, default)


def read_ink(fields: Fields, name: str, default: Ink) -> Ink:
    """A colour string or a gradient object."""
    value = fields.raw(name)
    if value is None:
        return default
    if isinstance(value, Mapping):
        return _gradient(Fields(value, f"{fields.pointer}/{name}", fields.problems), default)
    return _color(fields, name, value, BLACK)


def _color(fields: Fields, name: str, value: object, default: Color) -> Color:
    if not isinstance(value, str) or not _HEX.match(value):
        fields.complain(name, _EXPECTED, "invalid_color")
        return default
    return Color(*bytes.fromhex(value[1:]))


def _gradient(fields: Fields, default: Ink) -> Ink:
    kind = fields.choice("type", ("linear", "radial"), "linear")
    angle = fields.number("angle", -360, 360, 0)
    stops = fields.raw("stops")
    if not isinstance(stops, list | tuple) or not 2 <= len(stops) <= MOST_STOPS:
        fields.complain("stops", f"must be a list of 2 to {MOST_STOPS} stops", "invalid_gradient")
        stops = ()
    read = tuple(_stop(fields, index, stop, len(stops)) for index, stop in enumerate(stops))
    if any(a.offset > b.offset for a, b in pairwise(read)):
        fields.complain("stops", "offsets must not go down", "invalid_gradient")
    fields.refuse_unknown()
    return Gradient(kind, read, angle) if read else default


def _stop(fields: Fields, index: int, value: object, count: int) -> Stop:
    inner = Fields(value, f"{fields.pointer}/stops/{index}", fields.problems)
    offset = inner.number("offset", 0, 1, index / (count - 1))
    color = read_color(inner, "color", BLACK)
    inner.refuse_unknown()
    return Stop(offset, color)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else math.pow((channel + 0.055) / 1.055, 2.4)
