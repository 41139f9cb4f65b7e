"""Reads a drawing back with an independent decoder (zxing-cpp) before it is handed out.

A drawing is read at the smallest scale that proves it, and once per style at the scale of the
image itself; above twelve pixels a module an outline only gets smoother.
"""

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from qz_render.compose import Drawing, compose
from qz_render.matrix import encode, smallest_version
from qz_render.raster import draw, draw_mono, over_white
from qz_render.remembered import Remembered
from qz_render.scene import Scene, View
from qz_render.style import Style

Gray = NDArray[np.uint8]
_SMALL_SCALES = (4, 6, 8)
_FULL_SCALE = 12
_PROVEN: Remembered[bool] = Remembered(1024)


def read(gray: Gray) -> bytes | None:
    """The payload of the one symbol in a grey image, or None."""
    found = zxingcpp.read_barcodes(
        np.ascontiguousarray(gray),
        formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
        try_rotate=False,
        try_downscale=False,
    )
    return found[0].bytes if len(found) == 1 else None


def gray_of(scene: Scene, scale: int) -> Gray:
    """The scene at whole pixels a module, as seen on white paper, in shades of grey."""
    view = View(scene.width * scale, scene.height * scale, scale, 0, 0)
    mono = draw_mono(scene, view)
    if mono:
        below = mono.background.over_white()
        ink, paper = mono.ink.over(below).gray(), below.gray()
        shades = np.linspace(paper, ink, 256).round().astype(np.uint8)
        return shades[mono.coverage]
    return to_gray(over_white(draw(scene, view)))


def to_gray(rgb: NDArray[np.uint8]) -> Gray:
    """Luma (BT.601) in whole numbers, as a camera's grey channel."""
    red, green, blue = (rgb[:, :, channel].astype(np.uint16) for channel in range(3))
    return ((red * 77 + green * 150 + blue * 29) >> 8).astype(np.uint8)


def reads_back(drawing: Drawing, payload: bytes, scale: int) -> bool:
    """True when the drawing reads at a small scale and its style at the image's own scale."""
    wanted = [small for small in _SMALL_SCALES if small < scale] + [min(scale, _FULL_SCALE)]
    proven = next((s for s in wanted if read(gray_of(drawing.scene, s)) == payload), None)
    if proven is None:
        return False
    full = min(scale, _FULL_SCALE)
    matrix = drawing.matrix
    return proven == full or style_reads(drawing.style, matrix.version, matrix.level, full)


def style_reads(style: Style, version: int, level: str, scale: int) -> bool:
    """Whether a sample symbol of this version reads in this style at full scale."""
    key = (style.without_pixels(), version, level, scale)
    return _PROVEN.get(key, lambda: _sample_reads(style, version, level, scale))


def _sample_reads(style: Style, version: int, level: str, scale: int) -> bool:
    payload = _sample(version, level)
    drawing = compose(encode(payload, level), style)
    return read(gray_of(drawing.scene, scale)) == payload


def _sample(version: int, level: str) -> bytes:
    """A payload that just fills this version."""
    text = b"quietzone sample, "
    low, high = 1, 2048
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _fits(text, middle, version, level) else (low, middle - 1)
    return (text * 200)[:low]


def _fits(text: bytes, length: int, version: int, level: str) -> bool:
    needed = smallest_version((text * 200)[:length], level)
    return needed is not None and needed <= version
