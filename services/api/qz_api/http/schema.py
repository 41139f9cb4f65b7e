"""Words that the shapes of all features share."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

MAX_YEAR = 9000
DATE = re.compile(r"\d{4}-\d\d-\d\d")


def _text_only(value: object) -> object:
    """Pydantic would take "2026" for seconds since 1970."""
    if isinstance(value, datetime) or (isinstance(value, str) and DATE.match(value)):
        return value
    raise ValueError("say a time as RFC 3339 text, such as 2026-05-19T12:00:00Z")


def _show(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_text_only),
    Field(lt=datetime(MAX_YEAR, 1, 1, tzinfo=UTC)),
    PlainSerializer(_show, return_type=str, when_used="json"),
]
"""RFC 3339 with a zone; shown in UTC to the millisecond."""
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Tag = Annotated[str, Field(min_length=1, max_length=50, pattern=r"^[^\x00-\x1f\x7f,]+$")]

LEFT_OUT: Any = None
"""Default of a field that a PATCH may leave out but never set to null."""


class In(BaseModel):
    """A request body: unknown fields are refused, and nothing is converted from another type."""

    model_config = ConfigDict(extra="forbid", strict=False, use_attribute_docstrings=True)


class Out(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)
