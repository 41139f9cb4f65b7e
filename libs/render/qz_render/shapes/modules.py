"""Module shapes: what one dark module looks like, given which of its four neighbours are dark.

The vocabulary is the one people know from qr-code-styling. A shape never leaves its own cell.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from qz_render.geometry import Path, Radii, polygon, rectangle, rounded


class Neighbours(NamedTuple):
    left: bool
    top: bool
    right: bool
    bottom: bool


Shape = Callable[[Neighbours], Path]


def _square(near: Neighbours) -> Path:
    return rectangle(0, 0, 1, 1)


def _dots(near: Neighbours) -> Path:
    return rounded(0, 0, 1, 1, 0.5)


def _small_squares(near: Neighbours) -> Path:
    return rounded(0.08, 0.08, 0.84, 0.84, 0.12)


def _diamond(near: Neighbours) -> Path:
    return polygon([(0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5)])


def _free_corners(near: Neighbours, radius: float) -> Radii:
    """Rounds each corner that touches no neighbour."""
    left, top, right, bottom = near
    return (
        0 if left or top else radius,
        0 if right or top else radius,
        0 if right or bottom else radius,
        0 if left or bottom else radius,
    )


def _rounded(near: Neighbours) -> Path:
    return rounded(0, 0, 1, 1, _free_corners(near, 0.5))


def _extra_rounded(near: Neighbours) -> Path:
    """As rounded, but an outer corner of the drawing takes the whole module."""
    radius = 1.0 if sum(near) == 2 else 0.5
    return rounded(0, 0, 1, 1, _free_corners(near, radius))


def _classy_corners(near: Neighbours, radius: float) -> Radii:
    """Rounds where a stroke begins at the top left and ends at the bottom right."""
    top_left = 0 if near.left or near.top else radius
    bottom_right = 0 if near.right or near.bottom else radius
    return (top_left, 0, bottom_right, 0)


def _classy(near: Neighbours) -> Path:
    return rounded(0, 0, 1, 1, _classy_corners(near, 0.5))


def _classy_rounded(near: Neighbours) -> Path:
    radius = 0.5 if not any(near) else 1.0
    return rounded(0, 0, 1, 1, _classy_corners(near, radius))


def _vertical(near: Neighbours) -> Path:
    return rounded(0.1, 0, 0.8, 1, _free_corners(near._replace(left=False, right=False), 0.4))


def _horizontal(near: Neighbours) -> Path:
    return rounded(0, 0.1, 1, 0.8, _free_corners(near._replace(top=False, bottom=False), 0.4))


MODULE_SHAPES: dict[str, Shape] = {
    "square": _square,
    "rounded": _rounded,
    "extra-rounded": _extra_rounded,
    "dots": _dots,
    "classy": _classy,
    "classy-rounded": _classy_rounded,
    "small-squares": _small_squares,
    "diamond": _diamond,
    "vertical": _vertical,
    "horizontal": _horizontal,
}


@lru_cache(maxsize=256)
def module_outline(shape: str, variant: int) -> Path:
    """The outline for a neighbour variant: bits left 1, top 2, right 4, bottom 8."""
    near = Neighbours(*(bool(variant >> bit & 1) for bit in range(4)))
    return MODULE_SHAPES[shape](near)
