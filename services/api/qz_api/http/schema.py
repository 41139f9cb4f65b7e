"""Words that the shapes of all features share."""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any, get_args

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    TypeAdapter,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
)
from pydantic_core import PydanticCustomError

FIRST, END = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
DIRECTIONS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
DATE = re.compile(r"\d{4}-\d\d-\d\d")
ANY_TIME = TypeAdapter(datetime)


def _read_time(value: object) -> datetime:
    """Pydantic alone would take "2026" for seconds since 1970."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and DATE.match(value):
        return ANY_TIME.validate_python(value)
    raise ValueError("must be a time as text, such as 2026-05-19T12:00:00Z")


def _plain(text: str) -> str:
    """One line that can't turn the text around it: no control and no direction characters."""
    for each in text:
        if (
            unicodedata.category(each) in ("Cc", "Zl", "Zp")
            or unicodedata.bidirectional(each) in DIRECTIONS
        ):
            raise ValueError(f"has a character that is not allowed here: U+{ord(each):04X}")
    return composed(text)


def composed(text: str) -> str:
    """A letter is one character, however it was typed: what looks the same is found as the same."""
    return unicodedata.normalize("NFC", text)


def _within_bounds(value: object, read: ValidatorFunctionWrapHandler) -> datetime:
    """No zone takes such a moment beyond the first or the last that can be told. What is stored
    already is shown, whatever it is: no row keeps a list from being read."""
    moment: datetime = read(value)
    if isinstance(value, str) and not FIRST <= moment < END:
        raise ValueError(f"must lie between the years {FIRST.year} and {END.year - 1}, in UTC")
    return moment


def _show(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_read_time),
    WrapValidator(_within_bounds),
    PlainSerializer(_show, return_type=str, when_used="json"),
]
"""RFC 3339 with a zone; shown in UTC to the millisecond."""
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_plain)]
MaybeName = Annotated[str, Field(max_length=200), AfterValidator(_plain)]

WHOLE = re.compile(r"-?(?:0|[1-9]\d*)", re.ASCII)
DECIMAL = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII)
Sought = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(composed)]
"""What a search looks for."""

LEFT_OUT: Any = None
"""Default of a field that a PATCH may leave out but never set to null."""


class In(BaseModel):
    """A request body: unknown fields are refused, and nothing is converted from another type."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Query(BaseModel):
    """Parameters of an address: unknown ones are refused, and a number is written in one way."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    @field_validator("*", mode="before")
    @classmethod
    def _plainly_written(cls, value: object, field: ValidationInfo) -> object:
        kind = cls.model_fields[field.field_name or ""].annotation
        kinds = {kind, *get_args(kind)}
        if isinstance(value, str) and int in kinds and not WHOLE.fullmatch(value):
            raise PydanticCustomError("int_parsing", "must be a whole number")
        if isinstance(value, str) and float in kinds and not DECIMAL.fullmatch(value):
            raise PydanticCustomError("float_parsing", "must be a number")
        return value


def ending_after(start: datetime | None, end: datetime | None) -> datetime | None:
    """The end of a range that has something in it; its start is inclusive, its end exclusive."""
    if start is not None and end is not None and end <= start:
        raise PydanticCustomError("empty_range", "must come after the start of the range")
    return end


class Out(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)
