"""Device: what is held in the hand; `mobile` is a phone or a tablet."""

from collections.abc import Mapping
from typing import ClassVar, Self

from msgspec.structs import replace

from qz_common.device import DEVICES, MOBILE
from qz_common.rules.conditions.base import Named, lowered, one_of
from qz_common.visit import Visit


class Device(Named, frozen=True, tag="device"):
    noun: ClassVar[str] = "device"
    wider: ClassVar[Mapping[str, str]] = dict.fromkeys(MOBILE, "mobile")

    def canonical(self) -> Self:
        return replace(self, values=lowered(self.values))

    def fact(self, visit: Visit) -> str:
        return visit.client.device

    def check(self, value: str) -> str:
        return one_of((*DEVICES, "mobile"), value)
