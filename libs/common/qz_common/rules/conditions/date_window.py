"""Date window: `from` inclusive, `until` exclusive, wall-clock times of an IANA zone.

Either end may be left open. `wall.opening_ms` says which instant a bound is on days when the
clocks change.
"""

from collections.abc import Sequence

import msgspec

from qz_common.rules.conditions.base import Base, Problem
from qz_common.visit import Visit
from qz_common.wall import opening_ms, read_wall, zone_problem

SHAPE = "a wall-clock time without offset is needed, as in 2026-05-01 or 2026-05-01T09:00"


class DateWindow(Base, frozen=True, tag="date_window", omit_defaults=True):
    opens: str = msgspec.field(name="from", default="")
    until: str = ""
    zone: str = "UTC"

    def matches(self, visit: Visit, beside: Sequence[Base] = ()) -> bool:
        if self.opens:
            start = opening_ms(self.opens, self.zone)
            if start is None or visit.ts_ms < start:
                return False
        if not self.until:
            return True
        end = opening_ms(self.until, self.zone)
        return end is not None and visit.ts_ms < end

    def problems(self) -> list[Problem]:
        found: list[Problem] = []
        for pointer, text in (("/from", self.opens), ("/until", self.until)):
            if text and read_wall(text) is None:
                found.append((pointer, "invalid_value", SHAPE))
        if why := zone_problem(self.zone):
            found.append(("/zone", "invalid_value", why))
        return found or self._order_problems()

    def _order_problems(self) -> list[Problem]:
        if not self.opens and not self.until:
            return [("", "missing", "from or until is needed")]
        if not self.opens or not self.until:
            return []
        start, end = opening_ms(self.opens, self.zone), opening_ms(self.until, self.zone)
        if start is not None and end is not None and start < end:
            return []
        return [("/until", "never_open", "until must come after from: the window never opens")]

    def words(self) -> str:
        start = f"from {self.opens} " if self.opens else ""
        end = f"until {self.until} " if self.until else ""
        return f"date is {start}{end}in {self.zone}"

    def seen(self, visit: Visit) -> str:
        at = visit.wall_clock(self.zone)
        return f"it is {at:%Y-%m-%dT%H:%M:%S} in {self.zone}" if at else "local time is unknown"
