"""Time of day: `from` inclusive, `until` exclusive, on the wall clock of an IANA zone.

A window whose end is not after its start runs over midnight and belongs to the day it opened
on; a `weekday` beside it, in the same zone, means that day. A wall-clock time that a day skips
never comes on that day, one that comes twice counts twice.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec

from qz_common.rules.conditions.base import Base, Problem
from qz_common.visit import Visit
from qz_common.wall import DAY_SECONDS, read_clock, zone_problem

SHAPE = "a time of day is needed, as in 09:00 or 23:59:59 (24:00 ends a day)"
DAY = timedelta(days=1)


class TimeOfDay(Base, frozen=True, tag="time_of_day"):
    opens: str = msgspec.field(name="from")
    until: str
    zone: str = "UTC"

    def matches(self, visit: Visit, beside: Sequence[Base] = ()) -> bool:
        at = visit.wall_clock(self.zone)
        return at is not None and self.opened_on(at) is not None

    def opened_on(self, at: datetime) -> date | None:
        """The day on which the window opened that is open at this wall-clock time."""
        start, end = read_clock(self.opens), read_clock(self.until)
        if start is None or end is None:
            return None
        now = at.hour * 3600 + at.minute * 60 + at.second
        if start < end:
            return at.date() if start <= now < end else None
        if now >= start:
            return at.date()
        return at.date() - DAY if now < end else None

    def problems(self) -> list[Problem]:
        found: list[Problem] = []
        start, end = read_clock(self.opens), read_clock(self.until)
        if start is None or start == DAY_SECONDS:
            found.append(("/from", "invalid_value", SHAPE))
        if end is None:
            found.append(("/until", "invalid_value", SHAPE))
        if start is not None and start == end:
            found.append(("/until", "never_open", "from and until are the same time"))
        if why := zone_problem(self.zone):
            found.append(("/zone", "invalid_value", why))
        return found

    def words(self) -> str:
        return f"time of day is from {self.opens} until {self.until} in {self.zone}"

    def seen(self, visit: Visit) -> str:
        at = visit.wall_clock(self.zone)
        return f"it is {at:%H:%M:%S} in {self.zone}" if at else "local time is unknown"
