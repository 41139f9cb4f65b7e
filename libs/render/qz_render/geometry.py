"""Outlines: immutable paths of lines and cubic curves, y pointing down, filled by winding number.

Holes are contours that run the other way round, so that every writer agrees on what is inside.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# ("M", x, y), ("L", x, y), ("C", x1, y1, x2, y2, x, y) or ("Z",)
Op = tuple[str, *tuple[float, ...]]
Radii = tuple[float, float, float, float]  # top left, top right, bottom right, bottom left

# Distance of a quarter circle's control points from its corner, as a share of the radius.
_CORNER = 1 - 0.5522847498307936


@dataclass(frozen=True, slots=True)
class Path:
    ops: tuple[Op, ...]

    def moved(self, dx: float, dy: float) -> "Path":
        return self.transformed(1, 1, dx, dy)

    def transformed(self, sx: float, sy: float, dx: float, dy: float) -> "Path":
        return Path(tuple(_transformed(op, sx, sy, dx, dy) for op in self.ops))

    def __add__(self, other: "Path") -> "Path":
        return Path(self.ops + other.ops)

    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of all points (control points included)."""
        xs = [x for op in self.ops for x in numbers(op)[0::2]]
        ys = [y for op in self.ops for y in numbers(op)[1::2]]
        return (min(xs), min(ys), max(xs), max(ys)) if xs else (0, 0, 0, 0)


EMPTY = Path(())


def numbers(op: Op) -> tuple[float, ...]:
    return op[1:]


def _transformed(op: Op, sx: float, sy: float, dx: float, dy: float) -> Op:
    values = numbers(op)
    moved = (v * sx + dx if i % 2 == 0 else v * sy + dy for i, v in enumerate(values))
    return (op[0], *moved)


def join(paths: Iterable[Path]) -> Path:
    return Path(tuple(op for path in paths for op in path.ops))


def polygon(points: Sequence[tuple[float, float]]) -> Path:
    first, *rest = points
    return Path((("M", *first), *(("L", *point) for point in rest), ("Z",)))


def rectangle(x: float, y: float, width: float, height: float) -> Path:
    return polygon([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])


def rounded(x: float, y: float, width: float, height: float, radii: float | Radii) -> Path:
    """A rectangle with each corner rounded by its own radius, clockwise."""
    tl, tr, br, bl = _fitting(width, height, radii)
    right, bottom, k = x + width, y + height, _CORNER
    ops: list[Op] = [("M", x + tl, y), ("L", right - tr, y)]
    if tr:
        ops.append(("C", right - k * tr, y, right, y + k * tr, right, y + tr))
    ops.append(("L", right, bottom - br))
    if br:
        ops.append(("C", right, bottom - k * br, right - k * br, bottom, right - br, bottom))
    ops.append(("L", x + bl, bottom))
    if bl:
        ops.append(("C", x + k * bl, bottom, x, bottom - k * bl, x, bottom - bl))
    ops.append(("L", x, y + tl))
    if tl:
        ops.append(("C", x, y + k * tl, x + k * tl, y, x + tl, y))
    return Path((*ops, ("Z",)))


def hole(path: Path) -> Path:
    """The same single contour run the other way, to cut it out of what it is added to."""
    points = [_end(op) for op in path.ops if op[0] != "Z"]
    ops: list[Op] = [("M", *points[-1])]
    drawn = [op for op in path.ops if op[0] != "Z"]
    for index in range(len(drawn) - 1, 0, -1):
        values, before = numbers(drawn[index]), points[index - 1]
        if drawn[index][0] == "C":
            ops.append(("C", values[2], values[3], values[0], values[1], *before))
        else:
            ops.append(("L", *before))
    return Path((*ops, ("Z",)))


def _end(op: Op) -> tuple[float, float]:
    values = numbers(op)
    return values[-2], values[-1]


def ring(outer: Path, inner: Path) -> Path:
    return outer + hole(inner)


def _fitting(width: float, height: float, radii: float | Radii) -> Radii:
    """Radii shrunk together where two neighbours would meet."""
    tl, tr, br, bl = (radii,) * 4 if isinstance(radii, int | float) else radii
    edges = ((tl + tr, width), (tr + br, height), (br + bl, width), (bl + tl, height))
    shrink = min([1.0] + [length / total for total, length in edges if total > length])
    return (tl * shrink, tr * shrink, br * shrink, bl * shrink)
