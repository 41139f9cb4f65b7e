"""E-mail addresses: one spelling to write to, and one key that finds its user whatever the case."""

import re
import unicodedata
from dataclasses import dataclass

from qz_common.errors import FieldError, Invalid
from qz_common.urls import UrlRefused, parse_host

MAX_EMAIL = 254
MAX_LOCAL = 64
LOCAL = re.compile(r"[^\s@\"(),:;<>\[\]\\\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Email:
    text: str
    key: str


def read_email(raw: str) -> Email | None:
    """None for what nobody can be written to at."""
    text = unicodedata.normalize("NFC", raw.strip())
    local, at, domain = text.rpartition("@")
    if not at or len(local) > MAX_LOCAL or not _is_local(local):
        return None
    try:
        host = parse_host(domain)
    except UrlRefused:
        return None
    shown = f"{local}@{host.ascii}"
    if host.address is not None or len(shown) > MAX_EMAIL:
        return None
    # compatibility forms and case make look-alikes of the same letters: one user
    key = unicodedata.normalize("NFKC", local).casefold()
    return Email(shown, f"{key}@{host.ascii}")


def require_email(raw: str) -> Email:
    email = read_email(raw)
    if email is None:
        error = FieldError("/email", "invalid_email", "is no e-mail address")
        raise Invalid("this is no e-mail address", "invalid_email", errors=[error])
    return email


def _is_local(local: str) -> bool:
    dots = local.startswith(".") or local.endswith(".") or ".." in local
    return not dots and local.isprintable() and LOCAL.fullmatch(local) is not None
