"""Shapes of /v1/campaigns."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from qz_api.connection import Row
from qz_api.http.schema import LEFT_OUT, In, Moment, Name, Out
from qz_api.listing import NamedQuery
from qz_common.ids import show_id

Status = Literal["active", "archived"]
UtmName = Literal["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id"]
UtmValue = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Utm = dict[UtmName, UtmValue]


class _Window(In):
    starts_at: Moment | None = None
    ends_at: Moment | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "_Window":
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValueError("ends_at must come after starts_at")
        return self


class CampaignCreate(_Window):
    name: Name
    description: Annotated[str, Field(max_length=1000)] = ""
    utm: Utm = Field(default_factory=dict)
    """Put on every destination of its links that doesn't set them itself."""


class CampaignPatch(_Window):
    """Any subset; what is left out stays, and only the dates can be null."""

    name: Name = LEFT_OUT
    description: Annotated[str, Field(max_length=1000)] = LEFT_OUT
    utm: Utm = LEFT_OUT
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
