"""The pass that a right password gives: a signed cookie for one link and one password.

It names the second it ends and carries a keyed hash over that, the link and the password's own
hash. So it opens nothing else, can't be made without the key, and ends when the password is
changed. It says nothing about its holder, and the edge keeps no list.
"""

import base64
import hashlib
import hmac
import secrets

from qz_common.records import CodeRecord

COOKIE = b"qz_pass"
PASS_SECONDS = 15 * 60
_MAX_DIGITS = 12
_MAX_COOKIE_BYTES = 8192


def pass_key(internal_token: str) -> bytes:
    """The same on every edge of an installation; random, so of this process only, without one."""
    if not internal_token:
        return secrets.token_bytes(32)
    return hashlib.blake2b(b"quietzone pass 1", key=_short(internal_token)).digest()


class Passes:
    def __init__(self, key: bytes) -> None:
        self._key = key

    def accepts(self, record: CodeRecord, cookie: bytes, now_ms: int) -> bool:
        """`cookie` is the whole Cookie header, or empty."""
        if not record.password or COOKIE not in cookie:
            return False
        return any(self._holds(record, value, now_ms) for value in _values(cookie))

    def cookie(self, record: CodeRecord, path: str, now_ms: int, *, secure: bool) -> bytes:
        """A Set-Cookie value, good below `path` (the slug as it was asked for) alone."""
        ends = b"%d" % (now_ms // 1000 + PASS_SECONDS)
        parts = [
            b"%b=%b.%b" % (COOKIE, ends, self._sign(record, ends)),
            b"Path=" + path.encode("ascii"),
            b"Max-Age=%d" % PASS_SECONDS,
            b"HttpOnly",
            b"SameSite=Lax",
        ]
        return b"; ".join(parts + [b"Secure"] * secure)

    def _holds(self, record: CodeRecord, value: bytes, now_ms: int) -> bool:
        ends, _, signature = value.partition(b".")
        if not ends.isdigit() or len(ends) > _MAX_DIGITS or int(ends) * 1000 <= now_ms:
            return False
        return hmac.compare_digest(signature, self._sign(record, ends))

    def _sign(self, record: CodeRecord, ends: bytes) -> bytes:
        fields = (record.workspace.encode(), record.link.encode(), record.password.encode(), ends)
        digest = hmac.digest(self._key, b"\0".join(fields), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=")


def _short(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _values(cookie: bytes) -> list[bytes]:
    pairs = (part.strip().partition(b"=") for part in cookie[:_MAX_COOKIE_BYTES].split(b";"))
    return [value for name, _, value in pairs if name == COOKIE]
