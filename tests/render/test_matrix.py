"""Encoding: our mask choice is the package's, segments are the cheapest, levels cost nothing."""

import random
import string
from collections import Counter

import numpy as np
import pytest
from qrcode import QRCode, util

from qz_render.errors import TooLong
from qz_render.matrix import LEVELS, Matrix, encode, smallest_version
from qz_render.segments import ALPHANUMERIC, BYTE, NUMERIC, split, version_class

PACKAGE_LEVEL = {"L": 1, "M": 0, "Q": 3, "H": 2}
ALPHABETS = (string.digits, string.digits + string.ascii_uppercase + " $%*+-./:", string.printable)


def package_symbol(payload: bytes, matrix: Matrix) -> QRCode:
    """The same segments drawn by the package, which searches the mask itself."""
    level = PACKAGE_LEVEL[matrix.level]
    symbol = QRCode(version=matrix.version, error_correction=level, border=0)
    for segment in split(payload, version_class(matrix.version)):
        data = util.QRData(segment.data, mode=segment.mode, check_data=False)
        symbol.add_data(data, optimize=0)
    symbol.make(fit=False)
    return symbol


def random_payload(chance: random.Random, longest: int) -> bytes:
    """One mode, or runs of several."""
    text, length = "", chance.randint(1, longest)
    while len(text) < length:
        run = length if chance.random() < 0.6 else chance.randint(1, 40)
        alphabet = chance.choice(ALPHABETS)
        text += "".join(chance.choice(alphabet) for _ in range(min(run, length - len(text))))
    return text.encode()


def assert_same_symbol(payload: bytes, level: str) -> Matrix:
    matrix = encode(payload, level)
    assert np.array_equal(matrix.modules, np.array(package_symbol(payload, matrix).modules))
    return matrix


def test_mask_choice_equals_the_package_on_300_payloads() -> None:
    chance = random.Random(20260519)
    seen: Counter[str] = Counter()
    for _ in range(300):
        matrix = assert_same_symbol(random_payload(chance, 90), chance.choice((*LEVELS, "auto")))
        seen[matrix.level] += 1
    assert set(seen) == set(LEVELS)


@pytest.mark.parametrize("version", [7, 14, 22, 27, 33, 40])
def test_mask_choice_equals_the_package_in_large_symbols(version: int) -> None:
    assert assert_same_symbol(payload_of_version(version, "Q"), "Q").version == version


@pytest.mark.slow
def test_mask_choice_equals_the_package_on_2000_payloads() -> None:
    """Every version, level and mode; small symbols more often, as the package is slow."""
    chance = random.Random(7)
    modes: Counter[int] = Counter()
    symbols: Counter[tuple[int, str]] = Counter()
    for version in range(1, 41):
        for level in LEVELS:
            for alphabet in ALPHABETS:
                payload = payload_of_version(version, level, alphabet, chance)
                matrix = assert_same_symbol(payload, level)
                symbols[matrix.version, matrix.level] += 1
                modes.update(s.mode for s in split(payload, version_class(matrix.version)))
    for _ in range(1600):
        matrix = assert_same_symbol(random_payload(chance, 120), chance.choice(LEVELS))
        symbols[matrix.version, matrix.level] += 1
    assert sum(symbols.values()) >= 2000
    assert set(symbols) >= {(v, lv) for v in range(1, 41) for lv in LEVELS if reachable(v, lv)}
    assert set(modes) == {NUMERIC, ALPHANUMERIC, BYTE}


def reachable(version: int, level: str) -> bool:
    """2,048 bytes never need the largest symbols at the lower levels."""
    return version <= (smallest_version(b"a" * 2048, level) or 40)


def payload_of_version(
    version: int,
    level: str,
    alphabet: str = string.ascii_lowercase,
    chance: random.Random | None = None,
) -> bytes:
    """The longest payload that still fits this version."""
    letters = (chance or random.Random(version)).choices(alphabet, k=7100)
    text = "".join(letters).encode()
    low, high = 1, 2048
    while low < high:
        middle = (low + high + 1) // 2
        needed = smallest_version(text[:middle], level)
        low, high = (middle, high) if needed and needed <= version else (low, middle - 1)
    return text[:low]


def test_upper_case_url_is_encoded_as_alphanumeric() -> None:
    segments = split(b"HTTPS://QZ.EXAMPLE/ABC123", 0)
    assert [segment.mode for segment in segments] == [ALPHANUMERIC]
    assert (
        encode(b"HTTPS://QZ.EXAMPLE/ABC123", "M").version
        < encode(b"https://qz.example/abc123", "M").version + 1
    )


def test_mixed_payload_is_split_where_it_pays() -> None:
    payload = b"https://qz.example/?id=" + b"0123456789" * 3
    assert [segment.mode for segment in split(payload, 0)] == [BYTE, NUMERIC]
    assert [segment.mode for segment in split(b"ab1c", 0)] == [BYTE]


@pytest.mark.parametrize("group", [0, 1, 2])
def test_segments_are_never_longer_than_one_byte_segment(group: int) -> None:
    chance = random.Random(group)
    for _ in range(200):
        payload = random_payload(chance, 120)
        segments = split(payload, group)
        assert b"".join(segment.data for segment in segments) == payload
        one = 4 + (8, 16, 16)[group] + 8 * len(payload)
        assert sum(segment.bits(group) for segment in segments) <= one


def test_auto_takes_the_highest_level_that_does_not_grow_the_symbol() -> None:
    chance = random.Random(3)
    for _ in range(100):
        payload = random_payload(chance, 200)
        matrix = encode(payload)
        assert matrix.version == encode(payload, "L").version
        higher = LEVELS[LEVELS.index(matrix.level) + 1 :]
        assert all(encode(payload, level).version > matrix.version for level in higher)


def test_too_long_payloads_are_refused() -> None:
    for payload, level in ((b"a" * 2049, "L"), (b"a" * 1300, "H")):
        with pytest.raises(TooLong):
            encode(payload, level)
