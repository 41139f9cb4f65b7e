"""Draws a scene into pixels; the one rasteriser behind PNG, WebP and the read-back."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageChops

from qz_render.color import Color
from qz_render.coverage import Coverage, cells_coverage, outline_coverage
from qz_render.scene import Cells, Fill, GradientPaint, Node, Paint, Placed, Scene, View

Pixels = NDArray[np.uint8]
Gray = NDArray[np.uint8]
# Rows painted at a time, so that a 4,096 px gradient needs no giant temporaries.
_BAND = 512


@dataclass(frozen=True, slots=True, eq=False)
class Mono:
    """A drawing in one ink: the share of each pixel that is ink, over a plain background."""

    coverage: Coverage
    ink: Color
    background: Color


def draw_mono(scene: Scene, view: View) -> Mono | None:
    """The drawing as coverage alone, if it has a single solid ink; else None."""
    inks = {node.paint for node in scene.nodes if not isinstance(node, Placed)}
    if len(inks) != 1 or any(isinstance(node, Placed) for node in scene.nodes):
        return None
    ink = inks.pop()
    if not isinstance(ink, Color):
        return None
    canvas = np.zeros((view.height, view.width), np.uint8)
    for node in scene.nodes:
        x, y, mask = _mask(node, view)
        part = canvas[y : y + mask.shape[0], x : x + mask.shape[1]]
        np.maximum(part, mask, out=part)
    return Mono(canvas, ink, scene.background)


def draw(scene: Scene, view: View) -> Pixels:
    """The whole canvas: RGB on an opaque background, else RGBA with straight alpha."""
    size = (view.width, view.height)
    background = scene.background
    if background.opaque:
        canvas = Pillow.new("RGB", size, background.rgb)
    else:
        canvas = Pillow.new("RGBA", size, (*background.rgb, background.alpha))
    for node in scene.nodes:
        if isinstance(node, Placed):
            left, top, right, bottom = pixel_box(node, view)
            pixels = node.picture.resized(right - left, bottom - top)
            _lay(canvas, Pillow.fromarray(pixels), None, left, top)
        else:
            x, y, mask = _mask(node, view)
            for top in range(0, len(mask), _BAND):
                band = mask[top : top + _BAND]
                _lay(canvas, _paint(node.paint, view, x, y + top, band.shape), band, x, y + top)
    return np.asarray(canvas)


def draw_gray(scene: Scene, view: View) -> Gray:
    """The canvas as a camera's grey channel sees it on white paper."""
    canvas = Pillow.new("L", (view.width, view.height), scene.background.over_white().gray())
    for node in scene.nodes:
        if isinstance(node, Placed):
            left, top, right, bottom = pixel_box(node, view)
            picture = Pillow.fromarray(node.picture.resized(right - left, bottom - top))
            canvas.paste(picture.convert("L"), (left, top), picture.getchannel("A"))
        else:
            x, y, mask = _mask(node, view)
            _lay_gray(canvas, node.paint, mask, view, x, y)
    return np.asarray(canvas)


def _lay_gray(
    canvas: Pillow.Image, paint: Paint, mask: Coverage, view: View, x: int, y: int
) -> None:
    if isinstance(paint, Color):
        covered = mask if paint.opaque else _thinned(mask, paint.alpha)
        canvas.paste(paint.gray(), (x, y), Pillow.fromarray(covered))
        return
    steps = _gradient_steps(paint, view, x, y, mask.shape[1], mask.shape[0])
    gray, alpha = _gray_table(paint)
    covered = mask if alpha.min() == 255 else _thinned(mask, alpha.take(steps))
    canvas.paste(Pillow.fromarray(gray.take(steps)), (x, y), Pillow.fromarray(covered))


def _thinned(mask: Coverage, alpha: int | NDArray[np.uint8]) -> Coverage:
    return ((mask.astype(np.uint16) * alpha + 127) // 255).astype(np.uint8)


def over_white(pixels: Pixels) -> Pixels:
    """RGB as seen on white paper."""
    if pixels.shape[2] == 3:
        return pixels
    alpha = pixels[:, :, 3:].astype(np.uint16)
    mixed = pixels[:, :, :3].astype(np.uint16) * alpha + 255 * (255 - alpha)
    return ((mixed + 127) // 255).astype(np.uint8)


def _mask(node: Node, view: View) -> tuple[int, int, Coverage]:
    if isinstance(node, Cells):
        mask = cells_coverage(node.shape, node.variants, view.scale)
        return node.x * view.scale + view.dx, node.y * view.scale + view.dy, mask
    assert isinstance(node, Fill)
    return outline_coverage(node.path, view.scale, view.dx, view.dy)


def _paint(
    paint: Paint, view: View, x: int, y: int, shape: tuple[int, ...]
) -> Color | Pillow.Image:
    if isinstance(paint, Color):
        return paint
    return Pillow.fromarray(gradient_pixels(paint, view, x, y, shape[1], shape[0]))


def _lay(
    canvas: Pillow.Image, paint: Color | Pillow.Image, mask: Coverage | None, x: int, y: int
) -> None:
    """Lay paint over the canvas where the mask covers it."""
    if isinstance(paint, Color):
        assert mask is not None
        stencil = Pillow.fromarray(mask if paint.opaque else _thinned(mask, paint.alpha))
        if canvas.mode == "RGB":
            canvas.paste(paint.rgb, (x, y), stencil)
            return
        layer = Pillow.new("RGBA", stencil.size, (*paint.rgb, 255))
    else:
        layer, alpha = paint, paint.getchannel("A")
        stencil = alpha if mask is None else ImageChops.multiply(alpha, Pillow.fromarray(mask))
        if canvas.mode == "RGB":
            canvas.paste(layer.convert("RGB"), (x, y), stencil)
            return
    layer.putalpha(stencil)
    canvas.alpha_composite(layer, (x, y))


def gradient_pixels(
    paint: GradientPaint, view: View, x: int, y: int, width: int, height: int
) -> NDArray[np.uint8]:
    """The gradient's colours at pixel centres, RGBA."""
    steps = _gradient_steps(paint, view, x, y, width, height)
    packed = _table(paint).view(np.uint32).reshape(-1).take(steps)
    pixels: NDArray[np.uint8] = packed.view(np.uint8).reshape(height, width, 4)
    return pixels


def _gradient_steps(
    paint: GradientPaint, view: View, x: int, y: int, width: int, height: int
) -> NDArray[np.intp]:
    """How far along the gradient each pixel centre lies, in 1,024 steps."""
    across = ((np.arange(width) + x + 0.5 - view.dx) / view.scale).astype(np.float32)
    down = ((np.arange(height) + y + 0.5 - view.dy) / view.scale).astype(np.float32)[:, None]
    if paint.kind == "radial":
        share = np.hypot(across - paint.x0, down - paint.y0) / paint.radius
    else:
        run, fall = paint.x1 - paint.x0, paint.y1 - paint.y0
        length = run * run + fall * fall
        share = (across - paint.x0) * (run / length) + (down - paint.y0) * (fall / length)
    steps: NDArray[np.intp] = np.clip(share * 1023 + 0.5, 0, 1023).astype(np.intp)
    return steps


@lru_cache(maxsize=128)
def _table(paint: GradientPaint) -> NDArray[np.uint8]:
    offsets = [stop.offset for stop in paint.stops]
    where = np.linspace(0, 1, 1024)
    channels = np.array([(*stop.color.rgb, stop.color.alpha) for stop in paint.stops], np.float64)
    columns = [np.interp(where, offsets, channels[:, channel]) for channel in range(4)]
    return (np.stack(columns, axis=1) + 0.5).astype(np.uint8)


@lru_cache(maxsize=128)
def _gray_table(paint: GradientPaint) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Grey and alpha of the gradient's steps."""
    table = _table(paint).astype(np.uint16)
    gray = (table[:, :3] @ np.array([77, 150, 29], np.uint16)) >> 8
    return gray.astype(np.uint8), _table(paint)[:, 3].copy()


def pixel_box(node: Placed, view: View) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of a picture in whole pixels."""
    x, y, width, height = node.box
    left, top = round(x * view.scale) + view.dx, round(y * view.scale) + view.dy
    right = left + max(1, round(width * view.scale))
    bottom = top + max(1, round(height * view.scale))
    return left, top, right, bottom
