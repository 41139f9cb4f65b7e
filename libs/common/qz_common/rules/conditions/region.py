"""Region: ISO 3166-2 with its country (`BR-SP`), case-blind."""

from typing import ClassVar, Self

from msgspec.structs import replace

from qz_common.rules.conditions.base import Named
from qz_common.rules.conditions.country import COUNTRIES
from qz_common.visit import Visit


class Region(Named, frozen=True, tag="region"):
    noun: ClassVar[str] = "region"

    def canonical(self) -> Self:
        return replace(self, values=tuple(value.strip().upper() for value in self.values))

    def fact(self, visit: Visit) -> str:
        return visit.place.region

    def check(self, value: str) -> str:
        country, _, part = value.partition("-")
        fits = country in COUNTRIES and 1 <= len(part) <= 3 and part.isascii() and part.isalnum()
        return "" if fits else f"`{value}` is no ISO 3166-2 code with its country, as in US-CA"
