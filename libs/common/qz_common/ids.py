"""Names of things: object ids, random slugs, API keys.

An object id is a prefix and a time-ordered UUID (version 7) in 26 characters of Crockford
base32, lower case: `qr_01k…`. A slug is random from the same alphabet, 50 bits, so that it can
be read aloud, typed in capitals and never guessed. An API key carries a public id that finds it
and a checksum that refuses a mistyped or invented one before any look-up.
"""

import re
import secrets
import time
import zlib
from dataclasses import dataclass
from uuid import UUID

CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SLUG = re.compile(r"[a-z0-9_-]{3,64}")
RANDOM_SLUG_LENGTH = 10
KEY_ID_LENGTH = 8
KEY_SECRET_LENGTH = 32
KEY_CHECKSUM_LENGTH = 6
API_KEY = re.compile(r"qz_(live|test)_([0-9A-Za-z]{8})([0-9A-Za-z]{32})([0-9A-Za-z]{6})")
_ID_TEXT = re.compile(r"[0-7][0-9a-hjkmnp-tv-z]{25}")
_PAIRS = tuple(first + second for first in CROCKFORD for second in CROCKFORD)
_SHIFTS = range(120, -1, -10)
_VALUES = {character: value for value, character in enumerate(CROCKFORD)}


def new_uuid() -> UUID:
    """Version 7: 48 bits of milliseconds, then random."""
    milliseconds = time.time_ns() // 1_000_000
    value = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64
    return UUID(int=value | 0b10 << 62 | secrets.randbits(62))


def show_id(prefix: str, uuid: UUID) -> str:
    value = uuid.int
    return f"{prefix}_" + "".join([_PAIRS[value >> shift & 1023] for shift in _SHIFTS])


def read_id(prefix: str, text: str) -> UUID | None:
    """The UUID behind an id of this kind; None for anything else, so that it can be a 404."""
    head, _, tail = text.partition("_")
    if head != prefix or not _ID_TEXT.fullmatch(tail):
        return None
    value = 0
    for character in tail:
        value = value << 5 | _VALUES[character]
    return UUID(int=value)


def random_slug(length: int = RANDOM_SLUG_LENGTH) -> str:
    bits = secrets.randbits(5 * length)
    return "".join([CROCKFORD[bits >> 5 * place & 31] for place in range(length)])


def is_slug(text: str) -> bool:
    return SLUG.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class ApiKey:
    mode: str
    public_id: str
    secret: str

    @property
    def text(self) -> str:
        body = f"qz_{self.mode}_{self.public_id}{self.secret}"
        return body + _checksum(body)


def new_api_key(mode: str) -> ApiKey:
    return ApiKey(mode, _random62(KEY_ID_LENGTH), _random62(KEY_SECRET_LENGTH))


def read_api_key(text: str) -> ApiKey | None:
    """None when the form or the checksum is wrong: such a key never reaches a store."""
    match = API_KEY.fullmatch(text)
    if match is None:
        return None
    mode, public_id, secret, checksum = match.groups()
    key = ApiKey(mode, public_id, secret)
    return key if _checksum(text[:-KEY_CHECKSUM_LENGTH]) == checksum else None


def _random62(length: int) -> str:
    return "".join(secrets.choice(BASE62) for _ in range(length))


def _checksum(body: str) -> str:
    value, digits = zlib.crc32(body.encode()), []
    for _ in range(KEY_CHECKSUM_LENGTH):
        value, digit = divmod(value, 62)
        digits.append(BASE62[digit])
    return "".join(reversed(digits))
