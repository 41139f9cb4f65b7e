"""Reads a JSON object field by field and gathers every complaint, so that all are told at once.

A reader method returns the value, or a harmless stand-in after noting a problem; `finish` raises.
"""

import math
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from qz_render.errors import Invalid, Problem

_LINE_BREAKS = "\n\r"
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def forbidden_character(text: str, *, multiline: bool) -> str | None:
    """The first control, bidi, surrogate or unassigned-line character, named as U+XXXX."""
    for char in text:
        if multiline and char in _LINE_BREAKS:
            continue
        if char in _BIDI or unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp"):
            return f"U+{ord(char):04X}"
    return None


class Fields:
    """One JSON object under reading; nested readers share the list of problems."""

    def __init__(
        self, data: object, pointer: str = "", problems: list[Problem] | None = None
    ) -> None:
        self.problems: list[Problem] = [] if problems is None else problems
        self.pointer = pointer
        self._seen: set[str] = set()
        self._data: Mapping[str, object] = {}
        if isinstance(data, Mapping):
            self._data = data
        else:
            self.problems.append(Problem("invalid_type", "must be an object", pointer))

    def complain(self, name: str, message: str, code: str = "invalid_value") -> None:
        pointer = f"{self.pointer}/{name}" if name else self.pointer
        self.problems.append(Problem(code, message, pointer))

    def has(self, name: str) -> bool:
        return self._data.get(name) is not None

    def raw(self, name: str) -> object:
        self._seen.add(name)
        return self._data.get(name)

    def text(
        self,
        name: str,
        *,
        required: bool = False,
        limit: int = 512,
        multiline: bool = False,
        pattern: Callable[[str], bool] | None = None,
        expected: str = "",
    ) -> str:
        """A string without control or bidi characters; absent reads as ""."""
        value = self.raw(name)
        if value is None or value == "":
            if required:
                self.complain(name, "is required", "required")
            return ""
        if not isinstance(value, str):
            self.complain(name, "must be a string", "invalid_type")
            return ""
        complaint = _text_complaint(value, limit, multiline, pattern, expected)
        if complaint:
            self.complain(name, complaint)
            return ""
        return value

    def choice(self, name: str, allowed: Sequence[str], default: str) -> str:
        value = self.raw(name)
        if value is None:
            return default
        if not isinstance(value, str) or value not in allowed:
            self.complain(name, f"must be one of: {', '.join(allowed)}")
            return default
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.raw(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.complain(name, "must be true or false", "invalid_type")
            return default
        return value

    def number(self, name: str, low: float, high: float, default: float) -> float:
        value = self.raw(name)
        if value is None:
            return default
        checked = finite(value)
        if checked is None or not low <= checked <= high:
            self.complain(name, f"must be a number from {low:g} to {high:g}", "out_of_range")
            return default
        return checked

    def whole(self, name: str, low: int, high: int, default: int) -> int:
        value = self.number(name, low, high, default)
        if value != int(value):
            self.complain(name, "must be a whole number")
            return default
        return int(value)

    def nested(self, name: str) -> "Fields | None":
        """A reader for the object under `name`; None when absent or no object."""
        value = self.raw(name)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self.complain(name, "must be an object", "invalid_type")
            return None
        return Fields(value, f"{self.pointer}/{name}", self.problems)

    def list_of_text(self, name: str, *, most: int, limit: int = 512) -> tuple[str, ...]:
        """A list of strings; a single string is a list of one."""
        value = self.raw(name)
        if value is None:
            return ()
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, Sequence) or len(items) > most:
            self.complain(name, f"must be a list of at most {most} strings", "invalid_type")
            return ()
        inner = Fields(
            {str(i): item for i, item in enumerate(items)}, f"{self.pointer}/{name}", self.problems
        )
        return tuple(inner.text(str(i), required=True, limit=limit) for i in range(len(items)))

    def refuse_unknown(self) -> None:
        for name in self._data:
            if name not in self._seen:
                self.complain(_escape(str(name)), "is not a known field", "unknown_field")

    def finish(self) -> None:
        """Refuse unknown fields and raise everything that was noted."""
        self.refuse_unknown()
        if self.problems:
            raise Invalid(self.problems)


def finite(value: object) -> float | None:
    """The number, or None for anything that is no finite real number (booleans included)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def invalid(code: str, message: str, pointer: str = "") -> NoReturn:
    raise Invalid([Problem(code, message, pointer)])


def _text_complaint(
    value: str, limit: int, multiline: bool, pattern: Callable[[str], bool] | None, expected: str
) -> str:
    if len(value) > limit:
        return f"must have at most {limit} characters"
    char = forbidden_character(value, multiline=multiline)
    if char:
        return f"has a character that is not allowed here: {char}"
    if pattern is not None and not pattern(value):
        return f"must be {expected}"
    return ""


def _escape(name: str) -> str:
    """A key as a JSON pointer token, cut so that an answer stays short."""
    return name[:64].replace("~", "~0").replace("/", "~1")
