"""Plain text, shown as it is."""

from dataclasses import dataclass
from typing import ClassVar, Self

from qz_render.fields import Fields


@dataclass(frozen=True, slots=True)
class Text:
    kind: ClassVar[str] = "text"
    text: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.text("text", required=True, limit=2048, multiline=True))

    def payload(self) -> str:
        return self.text
