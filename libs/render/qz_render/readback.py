"""Reads a drawing back with an independent decoder (zxing-cpp) before it is handed out.

It must read at its own scale, as it will be seen, and at a small scale too, so that there is
something in hand. Above twelve pixels a module an outline only gets smoother.
"""

import numpy as np
import zxingcpp

from qz_render.compose import Drawing
from qz_render.raster import Gray, draw_gray
from qz_render.scene import Scene, View

_SMALL_SCALES = (4, 6, 8)
_FULL_SCALE = 12


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
    """The scene at whole pixels a module, as seen on white paper."""
    return draw_gray(scene, View(scene.width * scale, scene.height * scale, scale, 0, 0))


def reads_back(drawing: Drawing, payload: bytes, scale: int) -> bool:
    """True when the drawing reads at its own scale and at one of the small ones below it."""
    full = min(scale, _FULL_SCALE)
    smaller = [small for small in _SMALL_SCALES if small < full] or [full]
    return _reads_at(drawing, payload, full) and any(
        _reads_at(drawing, payload, small) for small in smaller
    )


def _reads_at(drawing: Drawing, payload: bytes, scale: int) -> bool:
    return read(gray_of(drawing.scene, scale)) == payload
