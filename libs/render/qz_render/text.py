"""Captions as outlines from the bundled fonts, so that every format shows the same letters.

Noto Sans holds Latin, Greek, Cyrillic and Vietnamese; Noto Sans CJK is the fallback for Chinese,
Japanese and Korean. Scripts that need shaping are refused, not drawn wrong.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

from qz_render.geometry import EMPTY, Op, Path, join

FONTS = ("NotoSans-SemiBold.ttf", "NotoSansCJK-Bold.woff")
# Cap height of Noto Sans, in ems: what is centred is the body of the letters.
_CAP_HEIGHT = 0.714


@dataclass(frozen=True, slots=True)
class _Face:
    glyphs: Any
    names: dict[int, str]
    units: int


@dataclass(frozen=True, slots=True)
class _Glyph:
    """An outline in ems, baseline at 0, y pointing down."""

    path: Path
    advance: float


def caption(text: str, x: float, y: float, width: float, height: float) -> Path:
    """The text centred in a box: as large as the height allows, smaller where it is too long."""
    glyphs = [glyph for char in _normal(text) if (glyph := _glyph(char))]
    length = sum(glyph.advance for glyph in glyphs)
    if not length:
        return EMPTY
    size = min(height / _CAP_HEIGHT, width / length)
    left = x + (width - length * size) / 2
    baseline = y + (height + _CAP_HEIGHT * size) / 2
    placed = []
    for glyph in glyphs:
        placed.append(glyph.path.transformed(size, size, left, baseline))
        left += glyph.advance * size
    return join(placed)


def missing_glyph(text: str) -> str | None:
    """The first character neither font has, named as U+XXXX."""
    for char in _normal(text):
        if all(ord(char) not in _face(name).names for name in FONTS):
            return f"U+{ord(char):04X}"
    return None


def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


@lru_cache(maxsize=2)
def _face(name: str) -> _Face:
    with (files("qz_render") / "fonts" / name).open("rb") as stream:
        font = TTFont(stream, lazy=False)
    return _Face(font.getGlyphSet(), font.getBestCmap(), font["head"].unitsPerEm)


@lru_cache(maxsize=1024)
def _glyph(char: str) -> _Glyph | None:
    for name in FONTS:
        face = _face(name)
        if ord(char) in face.names:
            return _drawn(face, face.names[ord(char)])
    return None


def _drawn(face: _Face, name: str) -> _Glyph:
    pen = _OutlinePen(face.glyphs)
    glyph = face.glyphs[name]
    glyph.draw(pen)
    unit = 1 / face.units
    path = Path(tuple(pen.ops)).transformed(unit, -unit, 0, 0)
    return _Glyph(path, glyph.width * unit)


class _OutlinePen(BasePen):  # type: ignore[misc]
    """Collects a glyph's contours; the base class turns quadratic curves into cubic ones."""

    def __init__(self, glyphs: Any) -> None:
        super().__init__(glyphs)
        self.ops: list[Op] = []

    def _moveTo(self, pt: tuple[float, float]) -> None:
        self.ops.append(("M", *pt))

    def _lineTo(self, pt: tuple[float, float]) -> None:
        self.ops.append(("L", *pt))

    def _curveToOne(
        self, pt1: tuple[float, float], pt2: tuple[float, float], pt3: tuple[float, float]
    ) -> None:
        self.ops.append(("C", *pt1, *pt2, *pt3))

    def _closePath(self) -> None:
        self.ops.append(("Z",))
