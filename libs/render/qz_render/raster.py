"""Draws a scene into pixels; the one rasteriser behind PNG, WebP and the read-back."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qz_render.color import Color
from qz_render.coverage import Coverage, cells_coverage, outline_coverage
from qz_render.scene import Cells, Fill, GradientPaint, Node, Paint, Placed, Scene, View

Pixels = NDArray[np.uint8]
# Rows composed at a time, so that a 4,096 px canvas needs no giant temporaries.
_BAND = 256


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
    """RGBA pixels of the whole canvas, straight alpha."""
    canvas = np.empty((view.height, view.width, 4), np.uint8)
    canvas[:] = (*scene.background.rgb, scene.background.alpha)
    for node in scene.nodes:
        if isinstance(node, Placed):
            _place(canvas, node, view)
        else:
            _fill(canvas, node, view)
    return canvas


def over_white(pixels: Pixels) -> Pixels:
    """RGB as seen on white paper."""
    if (pixels[:, :, 3] == 255).all():
        return pixels[:, :, :3]
    alpha = pixels[:, :, 3:].astype(np.uint16)
    mixed = pixels[:, :, :3].astype(np.uint16) * alpha + 255 * (255 - alpha)
    return ((mixed + 127) // 255).astype(np.uint8)


def _mask(node: Node, view: View) -> tuple[int, int, Coverage]:
    if isinstance(node, Cells):
        mask = cells_coverage(node.shape, node.variants, view.scale)
        return node.x * view.scale + view.dx, node.y * view.scale + view.dy, mask
    assert isinstance(node, Fill)
    return outline_coverage(node.path, view.scale, view.dx, view.dy)


def _fill(canvas: Pixels, node: Fill | Cells, view: View) -> None:
    x, y, mask = _mask(node, view)
    height, width = mask.shape
    for top in range(0, height, _BAND):
        band = mask[top : top + _BAND]
        target = canvas[y + top : y + top + len(band), x : x + width]
        _compose(target, _paint(node.paint, view, x, y + top, target.shape), band)


def _paint(paint: Paint, view: View, x: int, y: int, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    if isinstance(paint, Color):
        return np.array([[(*paint.rgb, paint.alpha)]], np.uint8)
    return gradient_pixels(paint, view, x, y, shape[1], shape[0])


def gradient_pixels(
    paint: GradientPaint, view: View, x: int, y: int, width: int, height: int
) -> NDArray[np.uint8]:
    """The gradient's colours at pixel centres, through a table of 1,024 steps."""
    across = ((np.arange(width) + x + 0.5 - view.dx) / view.scale).astype(np.float32)
    down = ((np.arange(height) + y + 0.5 - view.dy) / view.scale).astype(np.float32)[:, None]
    if paint.kind == "radial":
        share = np.hypot(across - paint.x0, down - paint.y0) / paint.radius
    else:
        run, fall = paint.x1 - paint.x0, paint.y1 - paint.y0
        length = run * run + fall * fall
        share = (across - paint.x0) * (run / length) + (down - paint.y0) * (fall / length)
    steps = np.clip(share * 1023 + 0.5, 0, 1023).astype(np.intp)
    colors: NDArray[np.uint8] = _table(paint)[steps]
    return colors


def _table(paint: GradientPaint) -> NDArray[np.uint8]:
    offsets = [stop.offset for stop in paint.stops]
    where = np.linspace(0, 1, 1024)
    channels = np.array([(*stop.color.rgb, stop.color.alpha) for stop in paint.stops], np.float64)
    columns = [np.interp(where, offsets, channels[:, channel]) for channel in range(4)]
    return (np.stack(columns, axis=1) + 0.5).astype(np.uint8)


def _place(canvas: Pixels, node: Placed, view: View) -> None:
    left, top, right, bottom = pixel_box(node, view)
    pixels = node.picture.resized(right - left, bottom - top)
    full = np.full(pixels.shape[:2], 255, np.uint8)
    _compose(canvas[top:bottom, left:right], pixels, full)


def pixel_box(node: Placed, view: View) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of a picture in whole pixels."""
    x, y, width, height = node.box
    left, top = round(x * view.scale) + view.dx, round(y * view.scale) + view.dy
    right = left + max(1, round(width * view.scale))
    bottom = top + max(1, round(height * view.scale))
    return left, top, right, bottom


def _compose(target: Pixels, paint: NDArray[np.uint8], mask: Coverage) -> None:
    """Lay paint over the target by coverage ("over", straight alpha)."""
    alpha = mask.astype(np.uint32)
    if paint[..., 3].min() != 255:
        alpha = (alpha * paint[..., 3] + 127) // 255
    alpha = alpha[:, :, None]
    below = target[:, :, 3:].astype(np.uint32)
    kept = (255 - alpha) * below
    total = alpha * 255 + kept
    colors = paint[..., :3] * (alpha * 255) + target[:, :, :3] * kept
    safe = np.maximum(total, 1)
    target[:, :, :3] = (colors + safe // 2) // safe
    target[:, :, 3:] = (total + 127) // 255
