"""Codewords equal the package's in every version and level, whatever room is left."""

import random
from itertools import product

import pytest
from qrcode import util
from qrcode.base import rs_blocks

from qz_render.codewords import codewords, correction
from qz_render.segments import split, version_class

LEVELS = (1, 0, 3, 2)
ROOM = (0, 1, 2, 3, 40)
"""Bytes that are left over: no terminator fits whole, one pad, two, many."""


def expected(payload: bytes, version: int, level: int) -> list[int]:
    segments = split(payload, version_class(version))
    data = [util.QRData(each.data, mode=each.mode, check_data=False) for each in segments]
    words: list[int] = util.create_data(version, level, data)
    return words


@pytest.mark.parametrize("version", range(1, 41))
def test_codewords_are_those_of_the_package(version: int) -> None:
    chance = random.Random(version)
    for level, room in product(LEVELS, ROOM):
        blocks = rs_blocks(version, level)
        head = 2 if version < 10 else 3
        size = max(0, sum(block.data_count for block in blocks) - head - room)
        payload = bytes(chance.randrange(128, 256) for _ in range(size))
        segments = split(payload, version_class(version))
        assert codewords(segments, version, blocks) == expected(payload, version, level)


def test_a_correction_leaves_nothing_over() -> None:
    """A word with its correction is a multiple of the generator: corrected again, it is zero."""
    data = bytes(range(40))
    whole = data + correction(data, 18)
    assert correction(whole, 18) == bytes(18)
