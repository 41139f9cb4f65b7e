"""How the egress gate says no: refused means that not one byte was sent, failed means we tried."""

from enum import StrEnum


class EgressCode(StrEnum):
    # refused
    INVALID_URL = "invalid_url"
    INVALID_HEADER = "invalid_header"
    PORT = "port_not_allowed"
    SCHEME = "scheme_not_allowed"
    PRIVATE = "private_address"
    INSECURE_REDIRECT = "insecure_redirect"
    # failed
    DNS = "dns_failed"
    CONNECT = "connect_failed"
    TLS = "tls_failed"
    LOST = "connection_lost"
    TIMEOUT = "timeout"
    BAD_RESPONSE = "bad_response"
    TOO_LARGE = "body_too_large"
    REDIRECTS = "too_many_redirects"


class EgressError(Exception):
    """`code` is for programs and never changes; `message` tells an owner, never an address."""

    def __init__(self, code: EgressCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class EgressRefused(EgressError):
    """Trying again is useless until the owner, the DNS or a setting changes."""


class EgressFailed(EgressError):
    """The other side did not answer well; another attempt may go better."""
