"""Query parameter: any value of one key against a list, or whether the key is there at all.

Keys and values are compared as they are, letter by letter, after percent-decoding.
"""

from collections.abc import Callable, Sequence
from typing import Literal

from qz_common.rules.conditions.base import (
    Base,
    Problem,
    listed,
    text_problem,
    value_problems,
)
from qz_common.visit import Visit

Op = Literal["is", "is_not", "contains", "not_contains", "starts_with", "exists", "not_exists"]
POSITIVE = {"is_not": "is", "not_contains": "contains", "not_exists": "exists"}
TESTS: dict[str, Callable[[str, str], bool]] = {
    "is": str.__eq__,
    "contains": str.__contains__,
    "starts_with": str.startswith,
}


class Query(Base, frozen=True, tag="query", omit_defaults=True):
    key: str
    op: Op = "is"
    values: tuple[str, ...] = ()

    def matches(self, visit: Visit, beside: Sequence[Base] = ()) -> bool:
        found = visit.query_values(self.key)
        op = POSITIVE.get(self.op, self.op)
        held = bool(found) if op == "exists" else self._any(TESTS[op], found)
        return held is (op == self.op)

    def _any(self, test: Callable[[str, str], bool], found: Sequence[str]) -> bool:
        return any(test(text, value) for text in found for value in self.values)

    def problems(self) -> list[Problem]:
        found: list[Problem] = []
        if why := text_problem(self.key):
            found.append(("/key", "invalid_value", why))
        if not self.op.endswith("exists"):
            return found + value_problems(self.values, lambda value: "")
        if self.values:
            found.append(("/values", "not_allowed", f"`{self.op}` takes no values"))
        return found

    def words(self) -> str:
        return f"query parameter {self.key} {listed(self.op, self.values)}".rstrip()

    def seen(self, visit: Visit) -> str:
        found = visit.query_values(self.key)
        return f"{self.key} is {' and '.join(found)}" if found else f"there is no {self.key}"
