"""Addresses of images for anybody: a signature over the code and every parameter of the address."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlencode

from qz_api.sealing import Secrets
from qz_common.clock import from_ms, to_ms
from qz_common.errors import Forbidden

SIGNATURE, EXPIRES = "sig", "expires"
SIGNATURE_BYTES = 18
Parameters = Iterable[tuple[str, str]]


def sign(secrets: Secrets, code: str, parameters: Parameters) -> str:
    """For the parameters in any order; `sig` itself is not among them."""
    message = "\n".join((code, urlencode(sorted(parameters))))
    digest = hmac.digest(secrets.derive("image addresses"), message.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:SIGNATURE_BYTES]).decode()


def check(secrets: Secrets, code: str, parameters: Parameters, now: datetime) -> None:
    """Forbidden unless the address is one that we signed, and has not expired."""
    given = dict(parameters)
    signature = given.pop(SIGNATURE)
    expected = sign(secrets, code, given.items())
    if not hmac.compare_digest(signature.encode(), expected.encode()):
        raise Forbidden("this address was not signed by us, or was changed", "invalid_signature")
    if EXPIRES in given and from_ms(int(given[EXPIRES]) * 1000) <= now:
        raise Forbidden("this address has expired", "expired_signature")


def image_url(
    secrets: Secrets, api_url: str, code: str, parameters: Parameters, expires_at: datetime | None
) -> str:
    """An address that `check` lets through, until then or for as long as the code exists."""
    given = list(parameters)
    if expires_at is not None:
        given.append((EXPIRES, str(to_ms(expires_at) // 1000)))
    query = urlencode([*given, (SIGNATURE, sign(secrets, code, given))])
    return f"{api_url}/v1/qr-codes/{code}/image?{query}"
