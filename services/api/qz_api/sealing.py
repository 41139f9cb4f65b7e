"""Keys for each purpose, all derived from KEY_PEPPER, and bytes sealed at rest."""

import hashlib
import hmac
import os
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from qz_common.errors import Permanent

NONCE_BYTES = 12
MIN_PEPPER = 32


@dataclass(frozen=True)
class Secrets:
    pepper: bytes

    @classmethod
    def of(cls, pepper: str) -> "Secrets":
        if len(pepper) < MIN_PEPPER:
            raise Permanent(f"KEY_PEPPER needs {MIN_PEPPER} characters or more")
        return cls(pepper.encode())

    def derive(self, purpose: str) -> bytes:
        return hmac.digest(self.pepper, purpose.encode(), hashlib.sha256)

    @cached_property
    def api_keys(self) -> bytes:
        return self.derive("api keys")

    @cached_property
    def cursor(self) -> bytes:
        return self.derive("cursors")

    @cached_property
    def _box(self) -> AESGCM:
        return AESGCM(self.derive("sealed at rest"))

    def seal(self, plain: bytes, purpose: bytes) -> bytes:
        """Opens only for the same purpose; never the same bytes twice."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._box.encrypt(nonce, plain, purpose)

    def unseal(self, sealed: bytes, purpose: bytes) -> bytes:
        try:
            return self._box.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose)
        except InvalidTag:
            raise Permanent("sealed with another pepper, or for another purpose") from None
