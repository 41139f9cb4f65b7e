"""What can be wrong with a request to draw.

RenderError              code, message, pointer; `problems` lists every bad field at once
├── Invalid              a field is malformed, unknown or out of bounds
│   └── BadPicture       a logo or background that is no acceptable image
├── TooLong              the payload does not fit a symbol, or the symbol does not fit the size
└── Unscannable          well-formed, but the result would not read; says what to change
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One complaint; `pointer` is a JSON pointer into what the caller sent."""

    code: str
    message: str
    pointer: str = ""


class RenderError(Exception):
    """Base of all refusals. `code`, `message` and `pointer` are those of the first problem."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        if not problems:
            raise ValueError("a refusal names at least one problem")
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.pointer or '/'}: {p.message}" for p in self.problems))

    @property
    def code(self) -> str:
        return self.problems[0].code

    @property
    def message(self) -> str:
        return self.problems[0].message

    @property
    def pointer(self) -> str:
        return self.problems[0].pointer


class Invalid(RenderError):
    """A field is malformed, unknown or out of bounds."""


class BadPicture(Invalid):
    """A logo or background that is no acceptable image."""


class TooLong(RenderError):
    """The payload does not fit a symbol, or the symbol does not fit the size."""


class Unscannable(RenderError):
    """The drawing would not read; each problem says what to change."""

    @property
    def code(self) -> str:
        return "unscannable_style"
