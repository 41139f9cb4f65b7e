"""PNG straight from numpy and zlib: 1-bit or 4-bit palette where one ink allows it, else RGB(A)."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from qz_render.color import Color
from qz_render.raster import Mono, Pixels, draw, draw_mono
from qz_render.scene import Cells, Scene, View
from qz_render.writers.target import Target

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PALETTE, _RGB, _RGBA = 3, 2, 6
_SHADES = 16
# Rows packed at a time, to spare memory at 4,096 px.
_BAND = 256
_SHADE_OF = ((np.arange(256) * (_SHADES - 1) + 127) // 255).astype(np.uint8)
# Bit depth, colour type, palette chunks, compressed rows.
Chunks = tuple[int, int, bytes, bytes]
_INCH_MM = 25.4


def write_png(scene: Scene, target: Target) -> bytes:
    view = target.view
    return _file(_chunks(scene, view), view.width, view.height, target.size.dpi)


def _chunks(scene: Scene, view: View) -> Chunks:
    """The smallest kind of PNG that holds the scene."""
    only = scene.nodes[0] if len(scene.nodes) == 1 else None
    if isinstance(only, Cells) and only.shape == "square" and isinstance(only.paint, Color):
        return _square_chunks(only, scene.background, only.paint, view)
    mono = draw_mono(scene, view)
    return _mono_chunks(mono) if mono else _color_chunks(draw(scene, view))


def encode_pixels(pixels: Pixels) -> bytes:
    """A PNG of RGB or RGBA pixels."""
    return _file(_color_chunks(pixels), pixels.shape[1], pixels.shape[0], None)


def _file(chunks: tuple[int, int, bytes, bytes], width: int, height: int, dpi: int | None) -> bytes:
    depth, kind, head, rows = chunks
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    density = b""
    if dpi:
        per_metre = round(dpi / _INCH_MM * 1000)
        density = _chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1))
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", header),
            density,
            head,
            _chunk(b"IDAT", rows),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _square_chunks(cells: Cells, paper: Color, ink: Color, view: View) -> Chunks:
    """Square modules alone: one bit a pixel, a row of modules packed once and then repeated."""
    canvas = np.zeros((len(cells.variants), view.width), np.uint8)
    left, top = cells.x * view.scale + view.dx, cells.y * view.scale + view.dy
    dark = np.repeat(cells.variants != 0, view.scale, axis=1)
    canvas[:, left : left + dark.shape[1]] = dark
    packed = np.packbits(canvas, axis=1)
    rows = np.zeros((view.height, packed.shape[1]), np.uint8)
    rows[top : top + dark.shape[1]] = np.repeat(packed, view.scale, axis=0)
    return 1, _PALETTE, _palette(ink, paper, 2), _deflate(rows)


def _mono_chunks(mono: Mono) -> Chunks:
    """Sixteen shades from background to ink, two pixels a byte."""
    shades = _SHADE_OF[mono.coverage]
    if shades.shape[1] % 2:
        shades = np.pad(shades, ((0, 0), (0, 1)))
    rows = shades[:, 0::2] << np.uint8(4)
    rows |= shades[:, 1::2]
    return 4, _PALETTE, _palette(mono.ink, mono.background, _SHADES), _deflate(rows)


def _palette(ink: Color, paper: Color, count: int) -> bytes:
    """Blends of ink over background; with alpha in a tRNS chunk when needed."""
    entries = [_blend(ink, paper, i / (count - 1)) for i in range(count)]
    colors = _chunk(b"PLTE", b"".join(bytes(entry.rgb) for entry in entries))
    if all(entry.opaque for entry in entries):
        return colors
    return colors + _chunk(b"tRNS", bytes(entry.alpha for entry in entries))


def _blend(ink: Color, below: Color, share: float) -> Color:
    """`share` of an ink over a background that may be clear."""
    above = share * ink.alpha / 255
    kept = (1 - above) * below.alpha / 255
    total = above + kept
    if total == 0:
        return below
    red, green, blue = (
        round((a * above + b * kept) / total) for a, b in zip(ink.rgb, below.rgb, strict=True)
    )
    return Color(red, green, blue, round(total * 255))


def _color_chunks(pixels: Pixels) -> Chunks:
    """Unfiltered rows: flat colours repeat, which deflate finds by itself."""
    rows = np.ascontiguousarray(pixels).reshape(len(pixels), -1)
    kind = _RGB if pixels.shape[2] == 3 else _RGBA
    packer = zlib.compressobj(1)
    packed = [
        packer.compress(np.pad(rows[top : top + _BAND], ((0, 0), (1, 0))).tobytes())
        for top in range(0, len(rows), _BAND)
    ]
    return 8, kind, b"", b"".join((*packed, packer.flush()))


def _deflate(rows: NDArray[np.uint8]) -> bytes:
    """Each row as its difference from the one above: modules repeat, so most become zeros."""
    filtered = np.empty((rows.shape[0], rows.shape[1] + 1), np.uint8)
    filtered[:, 0] = 2
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    return zlib.compress(filtered.tobytes(), 1)
