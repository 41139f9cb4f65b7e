"""Shapes of /v1/pictures."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from qz_api.callers.principal import Mode
from qz_api.connection import Row
from qz_api.http.schema import In, Moment, Out
from qz_api.listing import NEWEST_FIRST, ListQuery
from qz_common.ids import show_id

BODY_LIMIT = 3 << 20
"""Two megabytes of picture in base64, and a little."""


class PictureCreate(In):
    """A PNG, JPEG or WebP: as an address to fetch it from once, or as base64."""

    url: Annotated[str, Field(min_length=1, max_length=2048)] | None = None
    data: Annotated[str, Field(min_length=1, max_length=BODY_LIMIT)] | None = None

    @model_validator(mode="after")
    def _says_one(self) -> Self:
        if (self.url is None) == (self.data is None):
            raise PydanticCustomError("url_or_data", "give url or data, one of them")
        return self


class PictureQuery(ListQuery):
    sort: Literal["created_at", "-created_at"] = NEWEST_FIRST


class PictureView(Out):
    id: str
    mode: Mode
    width: int
    height: int
    bytes: int
    """Of our copy: written again by us, without whatever else the file said."""
    source_url: str
    created_at: Moment


def picture_view(row: Row) -> PictureView:
    fields = {name: row[name] for name in PictureView.model_fields if name != "id"}
    return PictureView(id=show_id("pic", row["id"]), **fields)
