"""What a model has against a body or a query, in words and codes of our own.

Codes are stable and few, whatever library reads the models; pointers lead to what the caller
wrote, never to a name from our code.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from qz_common.errors import FieldError, Invalid

MAX_ERRORS = 100
KEY = "[key]"
TYPE = "invalid_type"
TYPES: Mapping[str, str] = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}
"""What would have been right, by what is wrong."""
WORDS: Mapping[str, tuple[str, str]] = {
    "missing": ("required", "is required"),
    "extra_forbidden": ("unknown_field", "is not a known field"),
    "none_required": ("invalid_value", "can't be set here"),
    "string_too_short": ("too_short", "must have at least {min_length} characters"),
    "string_too_long": ("too_long", "must have at most {max_length} characters"),
    "too_short": ("too_few", "must have at least {min_length} entries"),
    "too_long": ("too_many", "must have at most {max_length} entries"),
    "greater_than": ("out_of_range", "must be more than {gt}"),
    "greater_than_equal": ("out_of_range", "must be at least {ge}"),
    "less_than": ("out_of_range", "must be less than {lt}"),
    "less_than_equal": ("out_of_range", "must be at most {le}"),
    "finite_number": ("out_of_range", "must be a number"),
    "literal_error": ("invalid_value", "must be {expected}"),
    "enum": ("invalid_value", "must be {expected}"),
    "string_pattern_mismatch": ("invalid_value", "must match {pattern}"),
    "value_error": ("invalid_value", "{error}"),
    "union_tag_not_found": ("required", "is required"),
    "union_tag_invalid": ("invalid_value", "must be one of {expected_tags}"),
    "timezone_aware": ("invalid_value", "must name its zone, as in 2026-05-19T12:00:00Z"),
}
NAMELESS = ("union_tag_not_found", "union_tag_invalid")
"""About the field that says which kind of object it is."""
TIME = ("invalid_value", "must be a time such as 2026-05-19T12:00:00Z (in an address, + is %2B)")


def refused(error: ValidationError, value: Any, *, query: bool = False) -> Invalid:
    """All bad fields of one request at once."""
    found: dict[str, list[ErrorDetails]] = {}
    for each in error.errors(include_url=False, include_input=False):
        pointer = "".join(f"/{_escape(part)}" for part in _steps(each, value))
        pointer = f"?{pointer[1:]}" if query else pointer
        found.setdefault(pointer, []).append(each)
    errors = [_told(pointer, each) for pointer, each in found.items()]
    where = ", ".join(each.pointer or "the body" for each in errors[:5])
    return Invalid(f"these fields are wrong: {where}", errors=errors[:MAX_ERRORS])


def _told(pointer: str, errors: Sequence[ErrorDetails]) -> FieldError:
    """One complaint for a field, however many kinds of value it might have had."""
    for error in errors:
        if error["type"] not in TYPES:
            return FieldError(pointer, *_words(error))
    wanted = dict.fromkeys(TYPES[error["type"]] for error in errors)
    return FieldError(pointer, TYPE, f"must be {' or '.join(wanted)}")


def _words(error: ErrorDetails) -> tuple[str, str]:
    kind, context = error["type"], error.get("ctx", {})
    if kind in WORDS:
        code, words = WORDS[kind]
        return code, words.format(**{name: _shown(value) for name, value in context.items()})
    return TIME if kind.startswith("datetime_") else (kind, error["msg"])


def _shown(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _steps(error: ErrorDetails, value: Any) -> Iterator[str]:
    """The path as the caller wrote it: without the names of what a value might have been."""
    tagged = False
    last = len(error["loc"]) - 1
    for index, part in enumerate(error["loc"]):
        is_tag = _is_tag(part, value) and not tagged and index < last
        if is_tag or not _is_step(part, value, error, index == last):
            tagged = tagged or is_tag
            continue
        yield str(part)
        value, tagged = _step(value, part), False
    if error["type"] in NAMELESS:
        yield error["ctx"]["discriminator"].strip("'")


def _is_tag(part: str | int, value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") == part


def _is_step(part: str | int, value: Any, error: ErrorDetails, is_last: bool) -> bool:
    if part == KEY:
        return False
    if isinstance(value, dict):
        return part in value or (is_last and error["type"] == "missing")
    return isinstance(value, list) and isinstance(part, int)


def _step(value: Any, part: str | int) -> Any:
    try:
        return value[part]
    except (KeyError, IndexError, TypeError):
        return None


def _escape(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")
