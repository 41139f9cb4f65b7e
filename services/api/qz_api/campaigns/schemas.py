"""Shapes of /v1/campaigns."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from qz_api.connection import Row
from qz_api.http.schema import LEFT_OUT, In, Moment, Name, Out
from qz_api.listing import NamedQuery
from qz_common.ids import show_id
from qz_common.utm import UtmName

Status = Literal["active", "archived"]
UtmValue = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Utm = dict[UtmName, UtmValue]


class _Window(In):
    starts_at: Moment | None = None
    ends_at: Moment | None = None

    @field_validator("ends_at")
    @classmethod
    def _in_order(cls, ends_at: datetime | None, others: ValidationInfo) -> datetime | None:
        starts_at = others.data.get("starts_at")
        if starts_at and ends_at and ends_at <= starts_at:
            raise PydanticCustomError("invalid_window", "must come after starts_at")
        return ends_at


class CampaignCreate(_Window):
    name: Name
    description: Annotated[str, Field(max_length=1000)] = ""
    utm: Utm = Field(default_factory=dict)
    """Put on every destination of its links that doesn't set them itself."""


class CampaignPatch(_Window):
    """Any subset; what is left out stays, and only the dates and UTM parameters can be null."""

    name: Name = LEFT_OUT
    description: Annotated[str, Field(max_length=1000)] = LEFT_OUT
    utm: dict[UtmName, UtmValue | None] | None = LEFT_OUT
    status: Status = LEFT_OUT


class CampaignQuery(NamedQuery):
    status: Status | None = None


class CampaignView(Out):
    id: str
    mode: Literal["live", "test"]
    name: str
    description: str
    status: Status
    utm: dict[str, str]
    starts_at: Moment | None
    ends_at: Moment | None
    created_at: Moment
    updated_at: Moment


def campaign_view(row: Row) -> CampaignView:
    fields = {name: row[name] for name in CampaignView.model_fields if name != "id"}
    return CampaignView(id=show_id("cmp", row["id"]), **fields)
