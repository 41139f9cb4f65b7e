"""Payload to modules, with `codewords.py` the only files that know the `qrcode` package.

The package draws the fixed patterns; the mask is chosen by `mask.py` (same choice, some fifty
times faster) and data bits are placed by an index computed once per version.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from qrcode import QRCode
from qrcode.base import RSBlock, rs_blocks

from qz_render.codewords import codewords
from qz_render.errors import Problem, TooLong
from qz_render.mask import best_mask, mask_patterns, to_int
from qz_render.segments import split, version_class

LEVELS = ("L", "M", "Q", "H")
MAX_PAYLOAD_BYTES = 2048
_PACKAGE_LEVEL = {"L": 1, "M": 0, "Q": 3, "H": 2}

Modules = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """A finished symbol without quiet zone: `modules[row, column]` is 1 where dark."""

    modules: Modules
    version: int
    level: str

    @property
    def side(self) -> int:
        return len(self.modules)


@dataclass(frozen=True, slots=True, eq=False)
class _Layout:
    """What every symbol of one version shares."""

    order: NDArray[np.intp]  # flat index of each data module, in placing order
    blank: Modules  # fixed patterns with format and version bits light
    flips: tuple[tuple[int, int], ...]  # data flips of each mask, by rows and by columns
    masks: NDArray[np.uint8]  # the same flips as modules, shape (8, n, n)


class _Blank(QRCode):  # type: ignore[misc]
    """A symbol whose data modules stay None."""

    def map_data(self, data: object, mask_pattern: int) -> None:
        """Place nothing."""

    def drawn(self, test: bool, mask: int) -> list[list[bool | None]]:
        self.data_cache: list[int] | None = []
        self.makeImpl(test, mask)
        modules: list[list[bool | None]] = self.modules
        return modules


def encode(payload: bytes, level: str = "auto") -> Matrix:
    """The smallest symbol that holds the payload; `auto` is the best level that costs nothing."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        message = f"the payload has {len(payload):,} bytes; at most {MAX_PAYLOAD_BYTES:,} fit"
        raise TooLong([Problem("payload_too_long", message, "/content")])
    version, chosen = _fit(payload, level)
    segments, blocks = split(payload, version_class(version)), _blocks(version, chosen)
    layout = _layout(version)
    unmasked = layout.blank.copy()
    bits = np.unpackbits(np.array(codewords(segments, version, blocks), np.uint8))
    unmasked.reshape(-1)[layout.order[: bits.size]] = bits
    mask = best_mask(unmasked, layout.flips)
    # `blank` has the format bits light, so or-ing the fixed layer in sets them.
    modules = (unmasked ^ layout.masks[mask]) | _fixed(version, chosen, mask)
    return Matrix(modules, version, chosen)


def codeword_modules(version: int) -> NDArray[np.intp]:
    """Flat module indices by codeword, shape (codewords, 8), in interleaved order."""
    order = _layout(version).order
    count = order.size // 8
    return order[: count * 8].reshape(count, 8)


def block_of_codeword(version: int, level: str) -> tuple[NDArray[np.intp], list[int]]:
    """The error-correction block of each interleaved codeword, and each block's EC codewords."""
    blocks = _blocks(version, level)
    corrections = [block.total_count - block.data_count for block in blocks]
    data = [
        index
        for position in range(max(block.data_count for block in blocks))
        for index, block in enumerate(blocks)
        if position < block.data_count
    ]
    correction = [index for _ in range(max(corrections)) for index in range(len(blocks))]
    return np.array(data + correction, np.intp), corrections


def _fit(payload: bytes, level: str) -> tuple[int, str]:
    """The smallest version at the wanted level, or at L with the level then raised for free."""
    version = smallest_version(payload, "L" if level == "auto" else level)
    if version is None:
        message = f"the payload does not fit a symbol at error correction {level}"
        raise TooLong([Problem("payload_too_long", message, "/content")])
    if level != "auto":
        return version, level
    bits = _bits(payload, version)
    return version, next(lv for lv in reversed(LEVELS) if bits <= _capacity(version, lv))


def smallest_version(payload: bytes, level: str) -> int | None:
    """The smallest version that holds the payload at this level; None when none does."""
    for first, last in ((1, 9), (10, 26), (27, 40)):
        bits = _bits(payload, first)
        for version in range(first, last + 1):
            if bits <= _capacity(version, level):
                return version
    return None


def _bits(payload: bytes, version: int) -> int:
    group = version_class(version)
    return sum(segment.bits(group) for segment in split(payload, group))


@lru_cache(maxsize=160)
def _capacity(version: int, level: str) -> int:
    return 8 * sum(int(block.data_count) for block in _blocks(version, level))


@lru_cache(maxsize=160)
def _blocks(version: int, level: str) -> tuple[RSBlock, ...]:
    return tuple(rs_blocks(version, _PACKAGE_LEVEL[level]))


@lru_cache(maxsize=40)
def _layout(version: int) -> _Layout:
    drawn = _Blank(version=version).drawn(True, 0)
    free = np.array([[cell is None for cell in row] for row in drawn])
    masks = (mask_patterns(len(drawn)) & free).astype(np.uint8)
    return _Layout(
        order=_placing_order(free),
        blank=np.array([[cell is True for cell in row] for row in drawn], np.uint8),
        flips=tuple((to_int(mask), to_int(mask.T)) for mask in masks),
        masks=masks,
    )


def _placing_order(free: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Two columns at a time from the right, upwards then downwards, skipping the timing column."""
    side = len(free)
    rows = np.arange(side - 1, -1, -1)
    order: list[NDArray[np.intp]] = []
    for right in range(side - 1, 0, -2):
        column = right - 1 if right <= 6 else right
        pairs = np.stack([rows * side + column, rows * side + column - 1], axis=1).reshape(-1)
        order.append(pairs[free.reshape(-1)[pairs]])
        rows = rows[::-1]
    return np.concatenate(order)


@lru_cache(maxsize=320)
def _fixed(version: int, level: str, mask: int) -> Modules:
    """Fixed patterns with format and version bits set; data modules are 0."""
    symbol = _Blank(version=version, error_correction=_PACKAGE_LEVEL[level])
    return np.array([[cell is True for cell in row] for row in symbol.drawn(False, mask)], np.uint8)
