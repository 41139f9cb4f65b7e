"""Splits a payload into numeric, alphanumeric and byte segments with the fewest bits in total.

An upper-case URL costs 5.5 bits a character instead of 8, a long number 3.3. The split is optimal
for each of the three version classes (dynamic programming over modes, as the length fields differ).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

NUMERIC, ALPHANUMERIC, BYTE = 1, 2, 4
_MODES = (NUMERIC, ALPHANUMERIC, BYTE)
_ALPHABET = rb"0-9A-Z $%*+\-./:"
_NARROW = re.compile(rb"[" + _ALPHABET + rb"]+")
# Group 1 matches what may pay for a segment between bytes: four narrow characters or more.
_RUN = re.compile(rb"([" + _ALPHABET + rb"]{4,})|[" + _ALPHABET + rb"]+|[^" + _ALPHABET + rb"]+")
_DIGITS = re.compile(rb"([0-9]+)|[^0-9]+")
# Bits of the length field by mode, for versions 1-9, 10-26 and 27-40.
_LENGTH_BITS = {NUMERIC: (10, 12, 14), ALPHANUMERIC: (9, 11, 13), BYTE: (8, 16, 16)}
# A character's cost in sixths of a bit: 10/3, 11/2 and 8 bits.
_COST = {NUMERIC: 20, ALPHANUMERIC: 33, BYTE: 48}
_NEVER = 1 << 40


@dataclass(frozen=True, slots=True)
class Segment:
    mode: int
    data: bytes

    def bits(self, version_class: int) -> int:
        return 4 + _LENGTH_BITS[self.mode][version_class] + _data_bits(self.mode, len(self.data))


def version_class(version: int) -> int:
    return 0 if version < 10 else 1 if version < 27 else 2


def _data_bits(mode: int, length: int) -> int:
    if mode == NUMERIC:
        return length // 3 * 10 + (0, 4, 7)[length % 3]
    if mode == ALPHANUMERIC:
        return length // 2 * 11 + length % 2 * 6
    return 8 * length


@lru_cache(maxsize=256)
def split(payload: bytes, group: int) -> tuple[Segment, ...]:
    """The cheapest segments for versions of the class `group` (0, 1 or 2)."""
    runs = _runs(payload)
    modes = _cheapest_modes(runs, group)
    return tuple(_join(payload, runs, modes))


def _runs(payload: bytes) -> list[tuple[int, int]]:
    """Mode and length of runs; what is too short to pay for its own header counts as bytes."""
    runs: list[tuple[int, int]] = []
    only_narrow = _NARROW.fullmatch(payload) is not None
    for found in _RUN.finditer(payload):
        short = not only_narrow and found.lastindex is None
        for mode, length in ((BYTE, len(found[0])),) if short else _inner_runs(found[0]):
            if runs and runs[-1][0] == mode:
                runs[-1] = (mode, runs[-1][1] + length)
            else:
                runs.append((mode, length))
    return runs


def _inner_runs(narrow: bytes) -> list[tuple[int, int]]:
    """Digits and other alphanumeric characters apart."""
    return [
        (NUMERIC if found.lastindex else ALPHANUMERIC, len(found[0]))
        for found in _DIGITS.finditer(narrow)
    ]


def _cheapest_modes(runs: list[tuple[int, int]], group: int) -> list[int]:
    """A mode for each run of like characters; switching costs a new header."""
    header = {mode: 6 * (4 + _LENGTH_BITS[mode][group]) for mode in _MODES}
    best = {mode: header[mode] for mode in _MODES}
    trail: list[dict[int, int]] = []
    for narrowest, length in runs:
        step: dict[int, int] = {}
        total: dict[int, int] = {}
        for mode in _MODES:
            came = min(_MODES, key=lambda m: best[m] + (0 if m == mode else header[mode]))
            step[mode] = came
            price = best[came] + (0 if came == mode else header[mode]) + _COST[mode] * length
            total[mode] = price if mode >= narrowest else _NEVER
        trail.append(step)
        best = total
    return _walk_back(trail, best)


def _walk_back(trail: list[dict[int, int]], best: dict[int, int]) -> list[int]:
    if not trail:
        return []
    mode = min(_MODES, key=best.__getitem__)
    modes = [mode]
    for step in reversed(trail[1:]):
        mode = step[mode]
        modes.append(mode)
    return modes[::-1]


def _join(payload: bytes, runs: list[tuple[int, int]], modes: list[int]) -> Iterator[Segment]:
    start = end = 0
    for index, (_, length) in enumerate(runs):
        end += length
        if index + 1 == len(runs) or modes[index + 1] != modes[index]:
            yield Segment(modes[index], payload[start:end])
            start = end
