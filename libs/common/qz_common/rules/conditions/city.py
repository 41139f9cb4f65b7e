"""City: by its English name, blind to case and accents (`Sao Paulo` is `São Paulo`)."""

from collections.abc import Sequence
from typing import ClassVar, Self

from msgspec.structs import replace

from qz_common.region_names import fold_name
from qz_common.rules.conditions.base import Base, Named
from qz_common.visit import Visit


class City(Named, frozen=True, tag="city"):
    noun: ClassVar[str] = "city"

    def canonical(self) -> Self:
        return replace(self, values=tuple(value.strip() for value in self.values))

    def fact(self, visit: Visit) -> str:
        return visit.place.city

    def matches(self, visit: Visit, beside: Sequence[Base] = ()) -> bool:
        city = fold_name(visit.place.city)
        equal = bool(city) and any(city == fold_name(value) for value in self.values)
        return equal is (self.op == "is")

    def check(self, value: str) -> str:
        return ""
