"""The token of an invite: random, hashed at rest, in a link's fragment that no server logs."""

import hashlib
import hmac
import secrets as randomness

from qz_api.sealing import Secrets

TOKEN_BYTES = 32


def new_token() -> str:
    return randomness.token_urlsafe(TOKEN_BYTES)


def hash_token(secrets: Secrets, token: str) -> bytes:
    return hmac.digest(secrets.derive("invites"), token.encode(), hashlib.sha256)


def link(api_url: str, token: str) -> str:
    return f"{api_url.rstrip('/')}/#invite={token}"
