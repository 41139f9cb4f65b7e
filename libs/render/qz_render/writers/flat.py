"""Parts of a scene as plain pixels, for formats that can't express them (see-through EPS)."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from qz_render.color import Color
from qz_render.raster import draw, over_white
from qz_render.scene import Box, Cells, Fill, GradientPaint, Node, Placed, Scene, View

# Pixels a module where vector shapes become pixels: about 600 dpi at 0.5 mm a module.
_FINE = 12
_MOST_SIDE = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Pixmap:
    """Pixels stretched over a box in modules."""

    pixels: NDArray[np.uint8]
    box: Box


def is_opaque(node: Node) -> bool:
    if isinstance(node, Placed):
        return node.picture.opaque
    if isinstance(node.paint, Color):
        return node.paint.opaque
    return all(stop.color.opaque for stop in node.paint.stops)


def is_clear_gradient(node: Node) -> bool:
    """A gradient with see-through stops."""
    painted = isinstance(node, Fill | Cells) and isinstance(node.paint, GradientPaint)
    return painted and not is_opaque(node)


def alone(scene: Scene, node: Node) -> Pixmap:
    """One node on nothing, RGBA."""
    clear = replace(scene, background=Color(0, 0, 0, 0), nodes=(node,))
    return _cut(clear, node)


def beneath_and_with(scene: Scene, index: int) -> Pixmap:
    """Everything up to a node, within its box, RGB on white paper."""
    cut = _cut(replace(scene, nodes=scene.nodes[: index + 1]), scene.nodes[index])
    return Pixmap(over_white(cut.pixels), cut.box)


def _cut(scene: Scene, node: Node) -> Pixmap:
    scale = max(1, min(_FINE, _MOST_SIDE // max(scene.width, scene.height)))
    view = View(scene.width * scale, scene.height * scale, scale, 0, 0)
    x, y, width, height = _box(node)
    left, top = max(0, int(x)), max(0, int(y))
    right = min(scene.width, int(np.ceil(x + width)))
    bottom = min(scene.height, int(np.ceil(y + height)))
    pixels = draw(scene, view)[top * scale : bottom * scale, left * scale : right * scale]
    return Pixmap(pixels, (left, top, right - left, bottom - top))


def _box(node: Node) -> Box:
    if isinstance(node, Placed):
        return node.box
    if isinstance(node, Cells):
        return (node.x, node.y, len(node.variants), len(node.variants))
    left, top, right, bottom = node.path.box()
    return (left, top, right - left, bottom - top)
