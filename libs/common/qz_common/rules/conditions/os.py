"""Operating system; `ios` covers iPadOS, since whoever asks for it means the App Store."""

from collections.abc import Mapping
from typing import ClassVar, Self

from msgspec.structs import replace

from qz_common.device import SYSTEMS
from qz_common.rules.conditions.base import Named, lowered, one_of
from qz_common.visit import Visit


class Os(Named, frozen=True, tag="os"):
    noun: ClassVar[str] = "operating system"
    wider: ClassVar[Mapping[str, str]] = {"ipados": "ios"}

    def canonical(self) -> Self:
        return replace(self, values=lowered(self.values))

    def fact(self, visit: Visit) -> str:
        return visit.client.os

    def check(self, value: str) -> str:
        return one_of(SYSTEMS, value)
