"""A text message to send."""

from dataclasses import dataclass
from typing import ClassVar, Self

from qz_render.content.phone import read_number
from qz_render.fields import Fields


@dataclass(frozen=True, slots=True)
class Sms:
    kind: ClassVar[str] = "sms"
    number: str
    text: str = ""

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            number=read_number(fields, "number", required=True),
            text=fields.text("text", limit=1600, multiline=True),
        )

    def payload(self) -> str:
        """The form that both phone systems open; all after the second colon is the text."""
        return f"SMSTO:{self.number}:{self.text}"
