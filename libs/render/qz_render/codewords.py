"""Segments to codewords: data, padding and Reed-Solomon correction, in the order they are placed.

The `qrcode` package says how a segment is written and which blocks there are. Its own division of
polynomials takes half of the time of a plain image; here a block's remainder is one integer, and
each data byte shifts it and takes off a row of a table that is made once per length.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, zip_longest

from qrcode import util
from qrcode.base import RSBlock, gexp, glog

from qz_render.segments import Segment

MODE_BITS = 4
TERMINATOR_BITS = 4
PADS = (0xEC, 0x11)


class _Bits:
    """What the package writes a segment into."""

    def __init__(self) -> None:
        self.value = 0
        self.length = 0

    def put(self, number: int, length: int) -> None:
        self.value = self.value << length | number
        self.length += length


def codewords(segments: Sequence[Segment], version: int, blocks: Sequence[RSBlock]) -> list[int]:
    """Interleaved: the first byte of each block, the second of each, then the correction so."""
    data = _padded(_written(segments, version), sum(block.data_count for block in blocks))
    parts, corrections, start = [], [], 0
    for block in blocks:
        part = data[start : start + block.data_count]
        start += block.data_count
        parts.append(part)
        corrections.append(correction(part, block.total_count - block.data_count))
    return [*_interleaved(parts), *_interleaved(corrections)]


def correction(data: bytes, length: int) -> bytes:
    """The remainder of the data by the generator of this many codewords."""
    table, top = _remainders(length), 8 * (length - 1)
    below = (1 << top) - 1
    remainder = 0
    for byte in data:
        remainder = (remainder & below) << 8 ^ table[remainder >> top ^ byte]
    return remainder.to_bytes(length)


def _written(segments: Sequence[Segment], version: int) -> _Bits:
    bits = _Bits()
    for segment in segments:
        data = util.QRData(segment.data, mode=segment.mode, check_data=False)
        bits.put(data.mode, MODE_BITS)
        bits.put(len(data), util.length_in_bits(data.mode, version))
        data.write(bits)
    return bits


def _padded(bits: _Bits, size: int) -> bytes:
    """A terminator as far as there is room, then the two pads in turn."""
    bits.put(0, min(8 * size - bits.length, TERMINATOR_BITS))
    bits.put(0, -bits.length % 8)
    data = bits.value.to_bytes(bits.length // 8)
    room = size - len(data)
    return data + (bytes(PADS) * (room // 2 + 1))[:room]


def _interleaved(parts: Sequence[bytes]) -> list[int]:
    return [byte for byte in chain.from_iterable(zip_longest(*parts)) if byte is not None]


@lru_cache(maxsize=64)
def _remainders(length: int) -> tuple[int, ...]:
    """By the byte that is shifted out: what it leaves behind."""
    generator = _generator(length)
    rows = (bytes(_product(byte, factor) for factor in generator) for byte in range(256))
    return tuple(int.from_bytes(row) for row in rows)


def _generator(length: int) -> list[int]:
    """(x - 1)(x - a)…, highest power first, without the leading 1."""
    found = [1]
    for power in range(length):
        shifted = [*found, 0]
        for index, factor in enumerate(found):
            shifted[index + 1] ^= _product(factor, gexp(power))
        found = shifted
    return found[1:]


def _product(one: int, other: int) -> int:
    product: int = gexp(glog(one) + glog(other)) if one and other else 0
    return product
