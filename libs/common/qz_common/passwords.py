"""Passwords of links and people: a slow hash that says how it was made.

`$scrypt$ln=14,r=8,p=5$salt$hash` (PHC form, base64 without padding): 16 MiB and about a fifth of
a second each, so call both functions off the event loop. New parameters need no migration, an
old hash carries its own.
"""

import base64
import hashlib
import hmac
import re
import secrets
import unicodedata

MAX_LENGTH = 256
"""Characters; a longer one is refused by whoever takes it, and matches nothing here."""
COST = 14
BLOCK = 8
LANES = 5
SALT_BYTES = 16
HASH_BYTES = 32
MAX_COST = 17
MAX_BLOCK = 16
MAX_LANES = 16
_ENCODED = re.compile(
    r"\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})"
)


def hash_password(password: str) -> str:
    salt = secrets.token_bytes(SALT_BYTES)
    made = _scrypt(password, salt, (COST, BLOCK, LANES), HASH_BYTES)
    return f"$scrypt$ln={COST},r={BLOCK},p={LANES}${_encode(salt)}${_encode(made)}"


def verify_password(password: str, encoded: str) -> bool:
    """False for a wrong password and for a hash that can't be read; never an error."""
    found = _ENCODED.fullmatch(encoded)
    if found is None or len(password) > MAX_LENGTH:
        return False
    cost, block, lanes = int(found[1]), int(found[2]), int(found[3])
    if not (1 <= cost <= MAX_COST and 1 <= block <= MAX_BLOCK and 1 <= lanes <= MAX_LANES):
        return False
    salt, expected = _decode(found[4]), _decode(found[5])
    made = _scrypt(password, salt, (cost, block, lanes), len(expected))
    return hmac.compare_digest(made, expected)


def _scrypt(password: str, salt: bytes, parameters: tuple[int, int, int], length: int) -> bytes:
    cost, block, lanes = parameters
    # one spelling: phones and desks compose accents differently
    text = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    memory = 128 * block * ((1 << cost) + lanes + 2)
    return hashlib.scrypt(
        text, salt=salt, n=1 << cost, r=block, p=lanes, maxmem=memory + 1024, dklen=length
    )


def _encode(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii").rstrip("=")


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))
