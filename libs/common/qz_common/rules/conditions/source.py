"""Source: `symbol` when the slug came in capitals, as symbols print it, else `link`."""

from typing import ClassVar, Self

from msgspec.structs import replace

from qz_common.rules.conditions.base import Named, lowered, one_of
from qz_common.visit import Visit


class Source(Named, frozen=True, tag="source"):
    noun: ClassVar[str] = "source"

    def canonical(self) -> Self:
        return replace(self, values=lowered(self.values))

    def fact(self, visit: Visit) -> str:
        return visit.source

    def check(self, value: str) -> str:
        return one_of(("symbol", "link"), value)
