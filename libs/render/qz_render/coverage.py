"""Exact-area coverage of outlines on a pixel grid, by signed area accumulation in numpy.

Each edge is cut at pixel borders; every piece adds its height to its cell and, by where it lies
inside, to the next one. A running sum along the row then gives each pixel's covered share.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from qz_render.geometry import Path, numbers
from qz_render.shapes.modules import module_outline

Coverage = NDArray[np.uint8]
Points = NDArray[np.float64]

# Eyes and letters recur from code to code, whole frames from one code of a batch to the next.
_SMALL, _LARGE = 256 * 256, 1024 * 1024
# Pixels summed at a time, so that a 4,096 px frame needs no giant temporaries.
_BAND_PIXELS = 512 * 1024


def outline_coverage(path: Path, scale: int, dx: int, dy: int) -> tuple[int, int, Coverage]:
    """Left and top pixel, and the coverage of the outline within its own box."""
    left, top, right, bottom = path.box()
    area = (right - left) * (bottom - top) * scale * scale
    cover = _cached_small if area <= _SMALL else _cached_large if area <= _LARGE else _cover
    x, y, mask = cover(path, scale)
    return x + dx, y + dy, mask


@lru_cache(maxsize=256)
def _cached_small(path: Path, scale: int) -> tuple[int, int, Coverage]:
    return _cover(path, scale)


@lru_cache(maxsize=16)
def _cached_large(path: Path, scale: int) -> tuple[int, int, Coverage]:
    return _cover(path, scale)


def _cover(path: Path, scale: int) -> tuple[int, int, Coverage]:
    left, top, right, bottom = path.box()
    x, y = int(np.floor(left * scale)), int(np.floor(top * scale))
    width = max(1, int(np.ceil(right * scale)) - x)
    height = max(1, int(np.ceil(bottom * scale)) - y)
    starts, ends = edges(path, scale)
    corner = np.array([x, y], np.float64)
    return x, y, accumulate(starts - corner, ends - corner, width, height)


@lru_cache(maxsize=64)
def tiles(shape: str, scale: int) -> Coverage:
    """Coverage of every neighbour variant of a module shape: (17, scale, scale), 0 is empty."""
    stack = np.zeros((17, scale, scale), np.uint8)
    for variant in range(16):
        starts, ends = edges(module_outline(shape, variant), scale)
        stack[variant + 1] = accumulate(starts, ends, scale, scale)
    return stack


def cells_coverage(shape: str, variants: NDArray[np.uint8], scale: int) -> Coverage:
    """Coverage of a grid of modules, `scale` pixels each."""
    side = len(variants)
    grid = tiles(shape, scale)[variants]
    return grid.transpose(0, 2, 1, 3).reshape(side * scale, side * scale)


def edges(path: Path, scale: float) -> tuple[Points, Points]:
    """Start and end points of all straight edges, curves flattened, in pixels."""
    starts: list[tuple[float, float]] = []
    ends: list[tuple[float, float]] = []
    here = first = (0.0, 0.0)
    for op in path.ops:
        values = numbers(op)
        for point in _flattened(here, values, scale) if op[0] == "C" else (values or first,):
            if op[0] != "M":
                starts.append(here)
                ends.append((point[0], point[1]))
            here = (point[0], point[1])
        if op[0] == "M":
            first = here
    return (
        np.array(starts, np.float64).reshape(-1, 2) * scale,
        np.array(ends, np.float64).reshape(-1, 2) * scale,
    )


def _flattened(
    start: tuple[float, float], values: tuple[float, ...], scale: float
) -> list[tuple[float, float]]:
    """Points along a cubic; as many as keep the error far below a pixel."""
    x1, y1, x2, y2, x3, y3 = values
    x0, y0 = start
    reach = abs(x1 - x0) + abs(y1 - y0) + abs(x2 - x1) + abs(y2 - y1) + abs(x3 - x2) + abs(y3 - y2)
    steps = max(4, min(64, int((reach * scale) ** 0.5 * 2)))
    points = []
    for index in range(1, steps + 1):
        t = index / steps
        s = 1 - t
        a, b, c, d = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
        points.append((a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3))
    return points


def accumulate(starts: Points, ends: Points, width: int, height: int) -> Coverage:
    """Coverage 0..255 of closed contours inside a width x height grid that contains them."""
    cuts = _cut(*_cut(starts, ends, axis=1), axis=0)
    x0, y0 = cuts[0].T
    x1, y1 = cuts[1].T
    rise = y1 - y0
    middle_x, middle_y = (x0 + x1) / 2, (y0 + y1) / 2
    column = np.clip(np.floor(middle_x), 0, width - 1).astype(np.intp)
    row = np.clip(np.floor(middle_y), 0, height - 1).astype(np.intp)
    near, far = rise * (1 - (middle_x - column)), rise * (middle_x - column)
    canvas = np.empty((height, width), np.uint8)
    step = max(1, _BAND_PIXELS // width)
    for top in range(0, height, step):
        rows = min(step, height - top)
        inside = (row >= top) & (row < top + rows)
        index = (row[inside] - top) * (width + 1) + column[inside]
        size = (width + 1) * rows
        area = np.bincount(index, near[inside], size)
        area += np.bincount(index + 1, far[inside], size)
        covered = np.abs(np.cumsum(area.reshape(rows, width + 1), axis=1)[:, :width])
        canvas[top : top + rows] = np.minimum(covered * 255 + 0.5, 255)
    return canvas


def _cut(starts: Points, ends: Points, axis: int) -> tuple[Points, Points]:
    """Cut every edge where it crosses a whole number along the axis."""
    low = np.minimum(starts[:, axis], ends[:, axis])
    high = np.maximum(starts[:, axis], ends[:, axis])
    first = np.floor(low).astype(np.intp) + 1
    crossings = np.maximum(np.ceil(high).astype(np.intp) - first, 0)
    pieces = crossings + 1
    edge = np.repeat(np.arange(len(starts)), pieces)
    if len(edge) == len(starts):
        return starts, ends
    step = np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    begin, finish = starts[edge], ends[edge]
    length = (finish - begin)[:, axis]
    forward = length > 0
    last = step == crossings[edge]
    line = np.where(forward, first[edge] + step, first[edge] + crossings[edge] - 1 - step)
    safe = np.where(length == 0, 1.0, length)
    t_end = np.where(last, 1.0, (line - begin[:, axis]) / safe)
    t_start = np.where(step == 0, 0.0, np.roll(t_end, 1))
    delta = finish - begin
    return begin + delta * t_start[:, None], begin + delta * t_end[:, None]
