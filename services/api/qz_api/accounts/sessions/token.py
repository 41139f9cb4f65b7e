"""The token of a session: random, with a tag that only we can make, hashed at rest.

A token of somebody's invention never reaches Postgres. The CSRF token is worked out from it, so
that it belongs to this session alone and nothing has to be stored.
"""

import base64
import binascii
import hashlib
import hmac
import secrets as randomness
from dataclasses import dataclass

from qz_api.sealing import Secrets

RANDOM_BYTES = 24
TAG_BYTES = 9
TEXT_LENGTH = 44


@dataclass(frozen=True, slots=True)
class Tokens:
    secrets: Secrets

    def new(self) -> str:
        body = randomness.token_bytes(RANDOM_BYTES)
        return base64.urlsafe_b64encode(body + self._tag(body)).decode()

    def is_ours(self, text: str) -> bool:
        if len(text) != TEXT_LENGTH:
            return False
        try:
            data = base64.b64decode(text.encode(), altchars=b"-_", validate=True)
        except (binascii.Error, UnicodeEncodeError):
            return False
        return hmac.compare_digest(data[RANDOM_BYTES:], self._tag(data[:RANDOM_BYTES]))

    def hash(self, text: str) -> bytes:
        return hmac.digest(self.secrets.derive("session tokens"), text.encode(), hashlib.sha256)

    def csrf(self, text: str) -> str:
        made = hmac.digest(self.secrets.derive("csrf tokens"), text.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(made).rstrip(b"=").decode()

    def _tag(self, body: bytes) -> bytes:
        key = self.secrets.derive("session tags")
        return hmac.digest(key, body, hashlib.sha256)[:TAG_BYTES]
