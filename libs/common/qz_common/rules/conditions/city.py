"""City: by its English name, blind to case and accents (`Sao Paulo` is `São Paulo`)."""

from typing import ClassVar, Self

from msgspec.structs import replace

from qz_common.geo import fold_name
from qz_common.rules.conditions.base import Named
from qz_common.visit import Visit


class City(Named, frozen=True, tag="city"):
    noun: ClassVar[str] = "city"

    def canonical(self) -> Self:
        return replace(self, values=tuple(fold_name(value) for value in self.values))

    def fact(self, visit: Visit) -> str:
        return fold_name(visit.place.city)

    def check(self, value: str) -> str:
        return ""
