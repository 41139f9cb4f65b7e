"""What every kind of condition has, and the common kind: one fact against a list of names.

A condition holds its values in canonical form (`canonical`, called when rules are parsed), so
that matching a scan is a plain comparison. An unknown fact is the empty string and equals
nothing: `is` is false then, `is_not` is true.
"""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Literal, Self

import msgspec

from qz_common.visit import Visit

MAX_VALUES = 250
MAX_TEXT = 200

Problem = tuple[str, str, str]
"""JSON pointer below the condition, a stable code, words."""


class Base(msgspec.Struct, frozen=True, tag_field="kind"):
    """The contract of a condition; each kind adds its fields, its tag and its test.

    Not an ABC: that would make the edge's `isinstance` slower. The type checker and a test of the
    registry see that no kind leaves a method out.
    """

    def canonical(self) -> Self:
        return self

    @abstractmethod
    def problems(self) -> list[Problem]:
        """Everything wrong with the (canonical) fields, beyond their types."""

    @abstractmethod
    def matches(self, visit: Visit, beside: Sequence["Base"] = ()) -> bool:
        """Whether it holds; `beside` are all conditions of the same rule."""

    @abstractmethod
    def words(self) -> str:
        """The condition in words, for explain."""

    @abstractmethod
    def seen(self, visit: Visit) -> str:
        """The fact it looked at in words, for explain."""


class Named(Base, frozen=True):
    """A fact that is one of a list of names, or is none of them."""

    values: tuple[str, ...]
    op: Literal["is", "is_not"] = "is"

    noun: ClassVar[str]
    wider: ClassVar[Mapping[str, str]] = {}
    """Fact to the wider name that covers it too: a phone is `mobile`."""

    @abstractmethod
    def fact(self, visit: Visit) -> str:
        """What is compared; empty when it is not known."""

    @abstractmethod
    def check(self, value: str) -> str:
        """Why this value can't be meant, or the empty string."""

    def matches(self, visit: Visit, beside: Sequence[Base] = ()) -> bool:
        fact = self.fact(visit)
        equal = bool(fact) and (fact in self.values or self.wider.get(fact, "") in self.values)
        return equal is (self.op == "is")

    def problems(self) -> list[Problem]:
        return value_problems(self.values, self.check)

    def words(self) -> str:
        return f"{self.noun} {listed(self.op, self.values)}"

    def seen(self, visit: Visit) -> str:
        return named(self.noun, self.fact(visit))


def value_problems(values: Sequence[str], check: Callable[[str], str]) -> list[Problem]:
    if not values:
        return [("/values", "too_few", "at least one value is needed")]
    if len(values) > MAX_VALUES:
        return [("/values", "too_many", f"at most {MAX_VALUES} values, here are {len(values)}")]
    found = ((index, text_problem(value) or check(value)) for index, value in enumerate(values))
    return [(f"/values/{index}", "invalid_value", why) for index, why in found if why]


def text_problem(text: str) -> str:
    if not text.strip():
        return "must not be empty"
    if len(text) > MAX_TEXT:
        return f"at most {MAX_TEXT} characters"
    return "" if text.isprintable() else "must not contain control characters"


def one_of(allowed: Sequence[str], value: str) -> str:
    return "" if value in allowed else f"`{value}` is none of {', '.join(allowed)}"


def listed(op: str, values: Sequence[object]) -> str:
    names = ", ".join(map(str, values))
    some = "one of " if len(values) > 1 and op in ("is", "is_not") else ""
    return f"{op.replace('_', ' ')} {some}{names}"


def named(noun: str, fact: str) -> str:
    return f"{noun} is {fact}" if fact else f"{noun} is unknown"


def lowered(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(value.strip().lower() for value in values)
