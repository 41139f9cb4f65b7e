"""Language: the visitor's most wanted one; `pt` covers `pt-BR`, never the reverse."""

from collections.abc import Sequence
from typing import ClassVar, Self

from msgspec.structs import replace

from qz_common.rules.conditions.base import Base, Named, lowered
from qz_common.visit import Visit

MAX_SUBTAG = 8


class Language(Named, frozen=True, tag="language"):
    noun: ClassVar[str] = "language"

    def canonical(self) -> Self:
        return replace(self, values=lowered([value.replace("_", "-") for value in self.values]))

    def fact(self, visit: Visit) -> str:
        return visit.language

    def matches(self, visit: Visit, beside: Sequence[Base] = ()) -> bool:
        wanted = visit.language.lower() + "-"
        equal = any(wanted.startswith(value + "-") for value in self.values)
        return equal is (self.op == "is")

    def check(self, value: str) -> str:
        first, *rest = value.split("-")
        fits = first.isalpha() and 2 <= len(first) <= 3 and all(map(_is_subtag, rest))
        return (
            "" if fits and value.isascii() else f"`{value}` is no language tag, as in pt or pt-BR"
        )


def _is_subtag(part: str) -> bool:
    return part.isalnum() and len(part) <= MAX_SUBTAG
