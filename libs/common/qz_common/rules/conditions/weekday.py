"""Weekday in an IANA zone.

Beside a time window over midnight in the same zone, it is the day on which that window opened:
"Friday, 22:00 until 02:00" includes one o'clock on Saturday morning.
"""

from collections.abc import Sequence
from datetime import date
from typing import Literal, Self

from msgspec.structs import replace

from qz_common.rules.conditions.base import (
    Base,
    Problem,
    listed,
    lowered,
    one_of,
    value_problems,
)
from qz_common.rules.conditions.time_of_day import TimeOfDay
from qz_common.visit import Visit
from qz_common.wall import zone_problem

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Weekday(Base, frozen=True, tag="weekday"):
    values: tuple[str, ...]
    op: Literal["is", "is_not"] = "is"
    zone: str = "UTC"

    def canonical(self) -> Self:
        return replace(self, values=lowered(self.values))

    def matches(self, visit: Visit, beside: Sequence[Base] = ()) -> bool:
        day = self._day(visit, beside)
        equal = day is not None and WEEKDAYS[day.weekday()] in self.values
        return equal is (self.op == "is")

    def _day(self, visit: Visit, beside: Sequence[Base]) -> date | None:
        at = visit.wall_clock(self.zone)
        if at is None:
            return None
        for other in beside:
            if isinstance(other, TimeOfDay) and other.zone == self.zone:
                return other.opened_on(at) or at.date()
        return at.date()

    def problems(self) -> list[Problem]:
        found = value_problems(self.values, lambda value: one_of(WEEKDAYS, value))
        if why := zone_problem(self.zone):
            found.append(("/zone", "invalid_value", why))
        return found

    def words(self) -> str:
        return f"weekday {listed(self.op, self.values)} in {self.zone}"

    def seen(self, visit: Visit) -> str:
        at = visit.wall_clock(self.zone)
        if at is None:
            return "local time is unknown"
        return f"it is {WEEKDAYS[at.weekday()]} {at:%H:%M} in {self.zone}"
