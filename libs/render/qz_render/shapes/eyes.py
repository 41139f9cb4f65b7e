"""Eye shapes: the 7x7 frame and the 3x3 ball of a finder pattern, chosen apart.

A shape is drawn for the top-left eye and mirrored for the others, so that pointed corners agree.
"""

from functools import lru_cache

from qz_render.geometry import Path, Radii, polygon, ring, rounded

# Corner radii of the frame's outer edge, 7 modules wide; the inner edge follows one module inside.
EYE_FRAMES: dict[str, Radii] = {
    "square": (0, 0, 0, 0),
    "rounded": (1.4, 1.4, 1.4, 1.4),
    "extra-rounded": (2.4, 2.4, 2.4, 2.4),
    "dot": (3.5, 3.5, 3.5, 3.5),
    "leaf": (0, 2.8, 0, 2.8),
    "drop": (2.8, 2.8, 0, 2.8),
    "shield": (0, 2.2, 2.2, 2.2),
    "tab": (2.8, 0, 0, 0),
}
# Corner radii of the ball, 3 modules wide.
EYE_BALLS: dict[str, Radii] = {
    "square": (0, 0, 0, 0),
    "rounded": (0.6, 0.6, 0.6, 0.6),
    "extra-rounded": (1, 1, 1, 1),
    "dot": (1.5, 1.5, 1.5, 1.5),
    "leaf": (0, 1.2, 0, 1.2),
    "drop": (1.2, 1.2, 0, 1.2),
    "shield": (0, 1.2, 1.2, 1.2),
    "tab": (1.2, 0, 0, 0),
}
DIAMOND = "diamond"
BALL_NAMES = (*EYE_BALLS, DIAMOND)

# What an eye left to "auto" looks like beside each module shape.
MATCHING = {
    "rounded": "rounded",
    "extra-rounded": "extra-rounded",
    "dots": "dot",
    "classy": "leaf",
    "classy-rounded": "leaf",
    "vertical": "rounded",
    "horizontal": "rounded",
    "small-squares": "square",
    "diamond": "square",
}


@lru_cache(maxsize=512)
def eye_frame(shape: str, flip_x: bool, flip_y: bool, x: int, y: int) -> Path:
    radii = _mirrored(EYE_FRAMES[shape], flip_x, flip_y)
    tl, tr, br, bl = (max(0.0, radius - 1) for radius in radii)
    inner = rounded(x + 1, y + 1, 5, 5, (tl, tr, br, bl))
    return ring(rounded(x, y, 7, 7, radii), inner)


@lru_cache(maxsize=512)
def eye_ball(shape: str, flip_x: bool, flip_y: bool, x: int, y: int) -> Path:
    if shape == DIAMOND:
        return polygon([(3.5, 1.6), (5.4, 3.5), (3.5, 5.4), (1.6, 3.5)]).moved(x, y)
    return rounded(x + 2, y + 2, 3, 3, _mirrored(EYE_BALLS[shape], flip_x, flip_y))


def _mirrored(radii: Radii, flip_x: bool, flip_y: bool) -> Radii:
    tl, tr, br, bl = radii
    if flip_x:
        tl, tr, br, bl = tr, tl, bl, br
    if flip_y:
        tl, tr, br, bl = bl, br, tr, tl
    return (tl, tr, br, bl)
