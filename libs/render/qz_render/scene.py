"""Matrix and style to a drawing that knows no format: shapes, inks and pictures in module units."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qz_render.color import Color, Gradient, Ink, Stop
from qz_render.geometry import Path
from qz_render.pictures import Picture

Box = tuple[float, float, float, float]  # x, y, width, height


@dataclass(frozen=True, slots=True)
class GradientPaint:
    """A gradient bound to a place: from (x0, y0) to (x1, y1), or around (x0, y0) by `radius`."""

    kind: str
    stops: tuple[Stop, ...]
    x0: float
    y0: float
    x1: float
    y1: float
    radius: float = 0.0


Paint = Color | GradientPaint


@dataclass(frozen=True, slots=True)
class Fill:
    """An outline filled with one paint."""

    path: Path
    paint: Paint


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Modules on the grid: `variants` is 0 where light, else 1 + the neighbour variant."""

    shape: str
    variants: NDArray[np.uint8]
    x: int
    y: int
    paint: Paint


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture stretched over a box."""

    picture: Picture
    box: Box


Node = Fill | Cells | Placed


@dataclass(frozen=True, slots=True)
class Scene:
    """`width` x `height` modules; what lies around is background as well."""

    width: int
    height: int
    background: Color
    nodes: tuple[Node, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """How a scene lies on a canvas of `width` x `height` units: whole units per module."""

    width: int
    height: int
    scale: int
    dx: int
    dy: int


def fit(scene: Scene, width: int) -> View:
    """The largest whole number of pixels per module; what remains becomes margin all round."""
    scale = max(1, width // scene.width)
    margin = max(0, width - scale * scene.width)
    height = scale * scene.height + margin
    return View(max(width, scene.width), height, scale, margin // 2, margin // 2)


def bind(ink: Ink, box: Box) -> Paint:
    """Lay an ink over a box; a linear gradient spans the box at its angle, edge to edge."""
    if isinstance(ink, Color):
        return ink
    x, y, width, height = box
    middle_x, middle_y = x + width / 2, y + height / 2
    if ink.kind == "radial":
        radius = math.hypot(width, height) / 2
        return GradientPaint("radial", ink.stops, middle_x, middle_y, middle_x, middle_y, radius)
    return _linear(ink, middle_x, middle_y, width, height)


def _linear(ink: Gradient, x: float, y: float, width: float, height: float) -> GradientPaint:
    angle = math.radians(ink.angle)
    cos, sin = math.cos(angle), math.sin(angle)
    half = (abs(width * cos) + abs(height * sin)) / 2
    ends = (x - cos * half, y - sin * half, x + cos * half, y + sin * half)
    return GradientPaint("linear", ink.stops, *ends)


def variants_of(modules: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """1 + the neighbour bits (left 1, top 2, right 4, bottom 8) of dark modules, 0 for light."""
    padded = np.pad(modules, 1)
    near = padded[1:-1, :-2] + 2 * padded[:-2, 1:-1] + 4 * padded[1:-1, 2:] + 8 * padded[2:, 1:-1]
    return ((near + 1) * modules).astype(np.uint8)
