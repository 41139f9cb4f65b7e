"""Logos and background pictures: untrusted bytes to a small, re-encoded value.

The size is read from the header before a pixel is decoded; formats are allow-listed; only the
first frame is taken; metadata is dropped by re-encoding as plain RGBA.
"""

import hashlib
import io
import warnings
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageOps

from qz_render.errors import BadPicture, Problem
from qz_render.remembered import Remembered

MOST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 4_000_000
# Nothing drawn needs more: a logo covers at most 40 % of 4,096 px.
LONGEST_SIDE = 2048
_KEPT_PIXELS = 256 * 256
_SMALL_COPIES: Remembered[NDArray[np.uint8]] = Remembered(32)
_FORMATS = ("PNG", "JPEG", "WEBP")


@dataclass(frozen=True, slots=True)
class Picture:
    """Decoded RGBA pixels, row by row; equal pictures are equal values."""

    width: int
    height: int
    rgba: bytes = field(compare=False, repr=False)
    digest: str

    def __repr__(self) -> str:
        return f"Picture({self.width}x{self.height}, {self.digest[:12]})"

    def pixels(self) -> NDArray[np.uint8]:
        return np.frombuffer(self.rgba, np.uint8).reshape(self.height, self.width, 4)

    def resized(self, width: int, height: int) -> NDArray[np.uint8]:
        """The pixels at another size; small ones are kept, as a logo recurs in a batch."""
        if (width, height) == (self.width, self.height):
            return self.pixels()
        if width * height > _KEPT_PIXELS:
            return _resized(self, width, height)
        key = (self.digest, width, height)
        return _SMALL_COPIES.get(key, lambda: _resized(self, width, height))

    def cropped(self, width: int, height: int) -> "Picture":
        """The middle part of this size."""
        if (width, height) == (self.width, self.height):
            return self
        x, y = (self.width - width) // 2, (self.height - height) // 2
        return _picture(self.pixels()[y : y + height, x : x + width])

    @property
    def opaque(self) -> bool:
        return bool((self.pixels()[:, :, 3] == 255).all())


def _resized(picture: Picture, width: int, height: int) -> NDArray[np.uint8]:
    """Alpha-weighted, so that clear edges don't darken."""
    image = Pillow.fromarray(picture.pixels()).convert("RGBa")
    smooth = image.resize((width, height), Pillow.Resampling.LANCZOS, reducing_gap=3.0)
    return np.asarray(smooth.convert("RGBA"))


def decode_picture(data: bytes, *, pointer: str = "/style/logo_url") -> Picture:
    """The picture in PNG, JPEG or WebP bytes; raises BadPicture with the reason."""
    if len(data) > MOST_BYTES:
        raise _bad("picture_too_large", f"has {len(data):,} bytes; at most 2 MiB", pointer)
    if _looks_like_svg(data):
        message = "is SVG, which is not accepted; send a PNG, JPEG or WebP"
        raise _bad("svg_refused", message, pointer)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image = _opened(data, pointer)
        if image.width * image.height > MOST_PIXELS:
            message = f"is {image.width} x {image.height} pixels; at most {MOST_PIXELS:,} in all"
            raise _bad("picture_too_large", message, pointer)
        return _reencoded(_loaded(image, pointer))


def _opened(data: bytes, pointer: str) -> Pillow.Image:
    """Only the header is read here."""
    try:
        return Pillow.open(io.BytesIO(data), formats=_FORMATS)
    except Pillow.DecompressionBombError as error:
        raise _bad("picture_too_large", "has far too many pixels", pointer) from error
    except Exception as error:  # a decoder may raise anything on hostile bytes
        message = "is no PNG, JPEG or WebP picture"
        raise _bad("unsupported_picture", message, pointer) from error


def _loaded(image: Pillow.Image, pointer: str) -> Pillow.Image:
    try:
        image.seek(0)
        return ImageOps.exif_transpose(image).convert("RGBA")
    except Exception as error:  # as above: truncated or hostile data
        raise _bad("broken_picture", "can't be decoded", pointer) from error


def _reencoded(image: Pillow.Image) -> Picture:
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return _picture(np.asarray(image))


def _picture(pixels: NDArray[np.uint8]) -> Picture:
    height, width = pixels.shape[:2]
    rgba = pixels.tobytes()
    digest = hashlib.sha256(f"{width}x{height}:".encode() + rgba).hexdigest()
    return Picture(width, height, rgba, digest)


def _looks_like_svg(data: bytes) -> bool:
    head = data[:1024].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    return head.startswith((b"<svg", b"<?xml", b"<!doctype svg", b"<!--"))


def _bad(code: str, message: str, pointer: str) -> BadPicture:
    return BadPicture([Problem(code, f"the picture {message}", pointer)])
