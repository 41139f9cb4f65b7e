"""Every format back to RGB pixels through a renderer that is not ours."""

import io
import shutil
import subprocess

import numpy as np
import pypdfium2  # type: ignore[import-untyped]
import resvg_py
import zxingcpp
from numpy.typing import NDArray
from PIL import Image as Pillow

Pixels = NDArray[np.int16]
GHOSTSCRIPT = shutil.which("gs")
_POINTS_PER_PIXEL = 0.75
# PostScript paints every pixel an outline touches: draw large, then shrink.
_EPS_FINER = 10


def rgb(image: Pillow.Image) -> Pixels:
    """As seen on white paper."""
    if image.mode != "RGB":
        clear = image.convert("RGBA")
        image = Pillow.new("RGB", image.size, (255, 255, 255))
        image.paste(clear, (0, 0), clear)
    return np.asarray(image).astype(np.int16)


def rasterised(data: bytes, format: str) -> Pixels:
    if format == "svg":
        return rgb(Pillow.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=data.decode())))))
    if format == "pdf":
        return pdf_page(data, 0, 1 / _POINTS_PER_PIXEL)
    if format == "eps":
        return _eps(data)
    return rgb(Pillow.open(io.BytesIO(data)))


def pdf_page(data: bytes, index: int, scale: float) -> Pixels:
    document = pypdfium2.PdfDocument(data)
    try:
        return rgb(document[index].render(scale=scale).to_pil())
    finally:
        document.close()


def _eps(data: bytes) -> Pixels:
    assert GHOSTSCRIPT is not None
    resolution = 96 * _EPS_FINER
    drawn = subprocess.run(
        [GHOSTSCRIPT, "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-dEPSCrop", "-sDEVICE=png16m"]
        + [f"-r{resolution}", "-sOutputFile=-", "-"],
        input=data,
        capture_output=True,
        check=True,
    )
    image = Pillow.open(io.BytesIO(drawn.stdout))
    size = (image.width // _EPS_FINER, image.height // _EPS_FINER)
    return rgb(image.resize(size, Pillow.Resampling.BOX))


def decoded(pixels: Pixels) -> bytes | None:
    """What an independent reader finds in the picture."""
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    found = zxingcpp.read_barcodes(pixels.astype(np.uint8), formats=formats)
    return found[0].bytes if len(found) == 1 else None


def mean_difference(a: Pixels, b: Pixels) -> float:
    assert a.shape == b.shape
    return float(np.abs(a - b).mean())
