"""Shapes of the image routes."""

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from qz_api.http.schema import In, Moment, Out, Query
from qz_api.images.vocabulary import (
    CONTENT_SCHEMA,
    PRESS_SCHEMA,
    SIZE_SCHEMA,
    STYLE_SCHEMA,
    FormatName,
)

StyleIn = Annotated[Any, WithJsonSchema(STYLE_SCHEMA)]
"""Read by `looks.read_style`."""
ContentIn = Annotated[Any, WithJsonSchema(CONTENT_SCHEMA)]
SizeIn = Annotated[Any, WithJsonSchema(SIZE_SCHEMA)]
PressIn = Annotated[Any, WithJsonSchema(PRESS_SCHEMA)]
MOST_CODES = 500
LONGEST_LEASE = 10 * 365 * 86_400
CodeIds = Annotated[list[str], Field(min_length=1, max_length=MOST_CODES)]


class ImageQuery(Query):
    """What is absent is as the code was saved."""

    format: FormatName | None = None
    size: int | None = None
    """Pixels, 64 to 4096."""
    mm: Annotated[float, Field(allow_inf_nan=False)] | None = None
    """Width on paper, instead of pixels."""
    dpi: int | None = None
    cmyk: bool = False
    bleed_mm: Annotated[float, Field(allow_inf_nan=False)] = 0
    crop_marks: bool = False
    download: bool = False
    """Answer as a file to be saved, and count a download."""
    expires: Annotated[int, Field(ge=0, le=99_999_999_999)] | None = None
    """Of a signed address."""
    sig: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    """The signature of an address that we gave out."""


class PreviewQuery(Query):
    format: FormatName = "png"
    size: int = 256


class StoredRender(In):
    """Over the saved look of a code, for this answer only."""

    style: StyleIn = None
    format: FormatName | None = None
    size: SizeIn = None
    press: PressIn = None


class RenderBody(In):
    content: ContentIn
    style: StyleIn = None
    format: FormatName = "png"
    size: SizeIn = None
    press: PressIn = None


class CheckBody(In):
    content: ContentIn = None
    """This, or `code_id`."""
    code_id: str | None = None
    style: StyleIn = None
    size: SizeIn = None
    distance_mm: Annotated[float, Field(allow_inf_nan=False)] | None = None
    """From how far away it will be scanned."""


class FindingView(Out):
    code: str
    message: str
    pointer: str


class TrialView(Out):
    way: str
    level: float
    passed: bool


class CheckView(Out):
    score: int
    """The share of trials passed, 0 to 100; 0 when the image would be refused. An estimate."""
    readable: bool
    trials: list[TrialView]
    contrast: float
    logo_damage: float
    version: int
    error_correction: str
    module_mm: float | None
    smallest_symbol_mm: float
    smallest_image_mm: float
    refusals: list[FindingView]
    warnings: list[FindingView]
    note: str


class SheetBody(In):
    code_ids: CodeIds
    template: str
    captions: bool = True
    skip: Annotated[int, Field(ge=0, le=1000)] = 0
    """Labels of the first sheet that are used up already."""
    press: PressIn = None


class PagesBody(In):
    code_ids: CodeIds
    size: SizeIn = None
    press: PressIn = None


class ArchiveBody(In):
    code_ids: CodeIds
    format: FormatName = "png"
    size: SizeIn = None
    press: PressIn = None


class SignBody(In):
    """An address of the image that works for anybody."""

    format: FormatName | None = None
    size: SizeIn = None
    download: bool = False
    expires_in: Annotated[int, Field(ge=1, le=LONGEST_LEASE)] | None = None
    """Seconds; without it the address works as long as the code exists."""


class SignedView(Out):
    url: str
    expires_at: Moment | None
