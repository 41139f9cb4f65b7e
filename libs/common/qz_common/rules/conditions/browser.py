"""Browser; `in_app` is the browser inside any app that has one."""

from collections.abc import Mapping
from typing import ClassVar, Self

from msgspec.structs import replace

from qz_common.device import BROWSERS, IN_APP
from qz_common.rules.conditions.base import Named, lowered, one_of
from qz_common.visit import Visit


class Browser(Named, frozen=True, tag="browser"):
    noun: ClassVar[str] = "browser"
    wider: ClassVar[Mapping[str, str]] = dict.fromkeys(IN_APP, "in_app")

    def canonical(self) -> Self:
        return replace(self, values=lowered(self.values))

    def fact(self, visit: Visit) -> str:
        return visit.client.browser

    def check(self, value: str) -> str:
        return one_of((*BROWSERS, *IN_APP, "in_app"), value)
