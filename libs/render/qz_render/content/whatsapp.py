"""A WhatsApp chat with a number."""

from dataclasses import dataclass
from typing import ClassVar, Self
from urllib.parse import quote

from qz_render.content.phone import read_number
from qz_render.fields import Fields


@dataclass(frozen=True, slots=True)
class WhatsApp:
    kind: ClassVar[str] = "whatsapp"
    number: str
    text: str = ""

    @classmethod
    def read(cls, fields: Fields) -> Self:
        number = read_number(fields, "number", required=True)
        if number and not number.startswith("+"):
            fields.complain("number", "must start with + and the country code")
        return cls(number, fields.text("text", limit=1600, multiline=True))

    def payload(self) -> str:
        link = f"https://wa.me/{self.number.removeprefix('+')}"
        return f"{link}?text={quote(self.text, safe='')}" if self.text else link
