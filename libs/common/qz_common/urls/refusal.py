"""How the URL gate says no: one error, a stable code, a sentence that never repeats the input."""

from enum import StrEnum


class UrlCode(StrEnum):
    INVALID = "invalid_destination_url"
    TOO_LONG = "destination_url_too_long"
    USERINFO = "userinfo_not_allowed"
    IP_LITERAL = "ip_literal_not_allowed"
    PRIVATE = "private_destination"
    OWN_HOST = "own_host_destination"
    NOT_ALLOWED = "domain_not_allowed"
    BLOCKED = "domain_blocked"
    UNSAFE = "unsafe_destination"
    PHONE = "invalid_phone_number"
    EMAIL = "invalid_email_address"
    COORDINATES = "invalid_coordinates"
    TEXT = "invalid_text"


class UrlRefused(ValueError):
    """`code` is for programs and never changes; `message` is for people."""

    def __init__(self, code: UrlCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def invalid(message: str) -> UrlRefused:
    return UrlRefused(UrlCode.INVALID, message)
