"""Refusals of the drawing library as problems of the API."""

from collections.abc import Callable

from qz_common.errors import FieldError, Invalid
from qz_render import RenderError

OWN_CODES = frozenset(
    {
        "unscannable_style",
        "payload_too_long",
        "size_too_small",
        "picture_too_large",
        "unsupported_picture",
        "broken_picture",
        "svg_refused",
        "answer_too_large",
    }
)
"""Refusals that have a code of their own; the rest are fields that are wrong."""
MOST_TOLD = 5


def problem_of(code: str, errors: list[FieldError]) -> Invalid:
    words = "; ".join(list(dict.fromkeys(each.message for each in errors))[:MOST_TOLD])
    own = code if code in OWN_CODES else None
    return Invalid(words, own, errors=errors)


def as_invalid(error: RenderError, where: Callable[[str], str] = str) -> Invalid:
    """`where` turns the library's pointer into one for what the caller sent."""
    errors = [
        FieldError(where(problem.pointer), problem.code, problem.message)
        for problem in error.problems
    ]
    return problem_of(error.code, errors)
