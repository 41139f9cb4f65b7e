"""Chooses the mask of a symbol: the standard's four penalty rules, counted on whole matrices.

A matrix is one big integer (row by row, first module in the highest bit), so that a rule is a
handful of shifts and one popcount instead of a walk over n² modules. The choice is the same as
the `qrcode` package's: format bits light while scoring, first mask wins a tie.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Windows:
    """Where a window of 2x2, 5 or 11 modules may start without leaving its row."""

    everything: int
    square: int
    five: int
    eleven: int


def to_int(bits: Bits) -> int:
    """Row-major modules as an integer; the first module is the highest bit."""
    return int.from_bytes(np.packbits(bits).tobytes(), "big") >> (-bits.size % 8)


@lru_cache(maxsize=40)
def mask_patterns(side: int) -> NDArray[np.uint8]:
    """The eight mask patterns of the standard, 1 where a module is flipped: shape (8, n, n)."""
    i, j = np.indices((side, side))
    flips = (
        (i + j) % 2,
        i % 2,
        j % 3,
        (i + j) % 3,
        (i // 2 + j // 3) % 2,
        (i * j) % 2 + (i * j) % 3,
        ((i * j) % 2 + (i * j) % 3) % 2,
        ((i * j) % 3 + (i + j) % 2) % 2,
    )
    return np.stack([flip == 0 for flip in flips]).astype(np.uint8)


@lru_cache(maxsize=40)
def _windows(side: int) -> _Windows:
    def starts(width: int, rows: int) -> int:
        allowed = np.zeros((side, side), np.uint8)
        allowed[:rows, : side - width + 1] = 1
        return to_int(allowed)

    return _Windows(starts(1, side), starts(2, side - 1), starts(5, side), starts(11, side))


def _runs(x: int, five: int) -> int:
    """Rule 1 along rows: a run of n ≥ 5 equal modules costs n - 2."""
    differs = x ^ (x << 1)
    differs |= differs << 1
    differs |= differs << 2
    same = five & ~differs
    return same.bit_count() + 2 * (same & ~(same >> 1)).bit_count()


def _squares(x: int, side: int, square: int) -> int:
    """Rule 2: every 2x2 of one colour costs 3."""
    across = x ^ (x << 1)
    return 3 * (square & ~(across | (across << side) | (x ^ (x << side)))).bit_count()


def _finders(x: int, win: _Windows) -> int:
    """Rule 3 along rows: 1011101 with four light modules on one side costs 40."""
    light = win.everything ^ x
    core = x & (x << 2) & (x << 3) & (x << 4) & (x << 6) & (light << 1) & (light << 5)
    pair = light & (light << 1)
    four = pair & (pair << 2)
    after = core & (four << 7) & win.eleven
    before = four & (core << 4) & win.eleven
    return 40 * (after.bit_count() + before.bit_count())


def _balance(x: int, side: int) -> int:
    """Rule 4: ten for every full 5 % away from half dark."""
    return int(abs(x.bit_count() / side**2 * 100 - 50) / 5) * 10


def penalty(rows: int, columns: int, side: int) -> int:
    """The score of one masked matrix, given row by row and column by column."""
    win = _windows(side)
    return (
        _runs(rows, win.five)
        + _runs(columns, win.five)
        + _squares(rows, side, win.square)
        + _finders(rows, win)
        + _finders(columns, win)
        + _balance(rows, side)
    )


def best_mask(unmasked: Bits, flips: tuple[tuple[int, int], ...]) -> int:
    """The mask of least penalty; `flips` holds each mask's data flips by rows and by columns."""
    side = unmasked.shape[0]
    rows, columns = to_int(unmasked), to_int(unmasked.T)
    scores = [penalty(rows ^ across, columns ^ down, side) for across, down in flips]
    return scores.index(min(scores))
