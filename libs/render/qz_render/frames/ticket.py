"""A ticket: a card notched on both sides, with a perforated line above the caption's stub."""

from qz_render.frames.base import FrameLayout, FrameSpec
from qz_render.geometry import Op, Path, hole, join, numbers, ring, rounded
from qz_render.text import caption

_K = 0.5522847498307936  # control points of a quarter circle


def ticket(spec: FrameSpec) -> FrameLayout:
    line, side, stub = spec.part(0.04), spec.panel, spec.part(0.24)
    width, height = side + 2 * line, side + 2 * line + stub
    notch, radius = spec.part(0.045), spec.part(0.07)
    tear = side + 2 * line
    window = rounded(line, line, side, side, max(0, radius - line))
    card = ring(_notched(width, height, radius, notch, tear), window)
    dash = side / 25
    perforation = join(
        hole(rounded(notch * 2 + dash * 2 * i, tear - dash / 4, dash, dash / 2, dash / 4))
        for i in range(int((width - 4 * notch) / (2 * dash)) + 1)
    )
    letters = caption(spec.text, width * 0.1, tear + stub * 0.32, width * 0.8, stub * 0.36)
    paints = ((card + perforation, spec.color), (letters, spec.text_color))
    return FrameLayout(width, height, line, line, paints)


def _notched(width: float, height: float, radius: float, notch: float, at: float) -> Path:
    """A rounded rectangle with a half circle bitten out of each side at height `at`."""
    body = rounded(0, 0, width, height, radius)
    right_end: tuple[float, ...] = (width, height - radius)
    left_end: tuple[float, ...] = (0, radius)
    ops: list[Op] = []
    for op in body.ops:
        end = numbers(op)[-2:]
        if op[0] == "L" and end == right_end:
            ops += _bite(width, at, notch, 1)
        if op[0] == "L" and end == left_end:
            ops += _bite(0, at, notch, -1)
        ops.append(op)
    return Path(tuple(ops))


def _bite(x: float, y: float, r: float, down: int) -> list[Op]:
    """A half circle into the card: downwards on the right side, upwards on the left."""
    side, k = -down, _K * r
    return [
        ("L", x, y - down * r),
        ("C", x + side * k, y - down * r, x + side * r, y - down * k, x + side * r, y),
        ("C", x + side * r, y + down * k, x + side * k, y + down * r, x, y + down * r),
    ]
