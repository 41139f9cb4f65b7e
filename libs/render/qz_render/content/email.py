"""A message to send, as a mailto address (RFC 6068): every value is percent-encoded."""

import re
from dataclasses import dataclass
from typing import ClassVar, Self
from urllib.parse import quote

from qz_render.fields import Fields

_ADDRESS = re.compile(
    r"[^\s@<>\"(),:;\\\[\]?&%]+@[^\s@<>\"(),:;\\\[\]?&%]+\.[^\s@<>\"(),:;\\\[\]?&%]+\Z"
)
_MOST_RECIPIENTS = 10


@dataclass(frozen=True, slots=True)
class Email:
    kind: ClassVar[str] = "email"
    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    subject: str = ""
    body: str = ""

    @classmethod
    def read(cls, fields: Fields) -> Self:
        if not fields.has("to"):
            fields.complain("to", "is required", "required")
        return cls(
            to=read_addresses(fields, "to"),
            cc=read_addresses(fields, "cc"),
            bcc=read_addresses(fields, "bcc"),
            subject=fields.text("subject", limit=500),
            body=fields.text("body", limit=1800, multiline=True),
        )

    def payload(self) -> str:
        named = {
            "cc": _joined(self.cc),
            "bcc": _joined(self.bcc),
            "subject": quote(self.subject, safe=""),
            "body": quote(_crlf(self.body), safe=""),
        }
        query = "&".join(f"{name}={value}" for name, value in named.items() if value)
        return f"mailto:{_joined(self.to)}" + (f"?{query}" if query else "")


def is_address(text: str) -> bool:
    return len(text) <= 254 and bool(_ADDRESS.match(text))


def read_addresses(fields: Fields, name: str) -> tuple[str, ...]:
    addresses = fields.list_of_text(name, most=_MOST_RECIPIENTS, limit=254)
    for address in addresses:
        if address and not is_address(address):
            fields.complain(name, "must hold e-mail addresses such as ana@example.com")
    return addresses


def _joined(addresses: tuple[str, ...]) -> str:
    return ",".join(quote(address, safe="@") for address in addresses)


def _crlf(text: str) -> str:
    return "\r\n".join(text.splitlines())
