"""Checks Bitcoin addresses: Base58Check (P2PKH, P2SH), Bech32 and Bech32m (segwit)."""

import hashlib

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_CONST, _BECH32M_CONST = 1, 0x2BC830A3
_VERSIONS = (0x00, 0x05)


def is_bitcoin_address(text: str) -> bool:
    return _is_segwit(text) if text.lower().startswith("bc1") else _is_base58(text)


def _is_base58(text: str) -> bool:
    if not 26 <= len(text) <= 35 or any(char not in _BASE58 for char in text):
        return False
    number = 0
    for char in text:
        number = number * 58 + _BASE58.index(char)
    if number >= 1 << 200:
        return False
    raw = number.to_bytes(25, "big")
    check = hashlib.sha256(hashlib.sha256(raw[:21]).digest()).digest()[:4]
    return raw[0] in _VERSIONS and raw[21:] == check


def _is_segwit(text: str) -> bool:
    lowered = text.lower()
    if text not in (lowered, text.upper()) or not 14 <= len(text) <= 74:
        return False
    values = [_BECH32.find(char) for char in lowered[3:]]
    if -1 in values:
        return False
    wanted = _BECH32_CONST if values[0] == 0 else _BECH32M_CONST
    return values[0] <= 16 and _polymod([3, 3, 0, 2, 3, *values]) == wanted


def _polymod(values: list[int]) -> int:
    """The checksum over the human-readable part "bc", expanded, and the data."""
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            check ^= generator if top >> bit & 1 else 0
    return check
