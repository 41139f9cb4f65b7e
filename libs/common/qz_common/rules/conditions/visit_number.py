"""Visit number: which visit of this visitor to this link it is today, 1 for the first."""

from collections.abc import Sequence
from typing import Literal

from qz_common.rules.conditions.base import MAX_VALUES, Base, Problem, listed, named
from qz_common.visit import Visit

MAX_NUMBER = 1_000_000


class VisitNumber(Base, frozen=True, tag="visit_number"):
    values: tuple[int, ...]
    op: Literal["is", "is_not", "at_least", "at_most"] = "is"

    def matches(self, visit: Visit, beside: Sequence[Base] = ()) -> bool:
        number = visit.visit_number
        if self.op == "is_not":
            return number not in self.values
        if not number:
            return False
        if self.op == "is":
            return number in self.values
        bound = self.values[0]
        return number >= bound if self.op == "at_least" else number <= bound

    def problems(self) -> list[Problem]:
        if not self.values:
            return [("/values", "too_few", "at least one value is needed")]
        most = MAX_VALUES if self.op.startswith("is") else 1
        if len(self.values) > most:
            return [("/values", "too_many", f"`{self.op}` takes at most {most} values")]
        return [
            (f"/values/{index}", "invalid_value", f"visits are counted from 1 to {MAX_NUMBER}")
            for index, value in enumerate(self.values)
            if not 1 <= value <= MAX_NUMBER
        ]

    def words(self) -> str:
        return f"visit number {listed(self.op, self.values)}"

    def seen(self, visit: Visit) -> str:
        return named("visit number", str(visit.visit_number or ""))
