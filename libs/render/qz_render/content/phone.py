"""A number to call (RFC 3966)."""

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from qz_render.fields import Fields

_NUMBER = re.compile(r"\+?[0-9][0-9 ().\-/]{1,30}\Z")
_SEPARATORS = str.maketrans("", "", " ().-/")
EXPECTED = "a phone number such as +49 30 1234567"


@dataclass(frozen=True, slots=True)
class Phone:
    kind: ClassVar[str] = "phone"
    number: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(read_number(fields, "number", required=True))

    def payload(self) -> str:
        return f"tel:{self.number}"


def is_number(text: str) -> bool:
    return bool(_NUMBER.match(text)) and 2 <= len(text.translate(_SEPARATORS).lstrip("+")) <= 15


def read_number(fields: Fields, name: str, *, required: bool = False) -> str:
    """Digits with an optional plus; what people write between them is dropped."""
    text = fields.text(name, required=required, limit=32, pattern=is_number, expected=EXPECTED)
    return compact(text)


def compact(number: str) -> str:
    return number.translate(_SEPARATORS)
