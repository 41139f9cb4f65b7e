"""Shapes of /v1/destinations."""

from typing import Any, Literal

from qz_api.connection import Row
from qz_api.destinations.kinds import Target, TargetType
from qz_api.http.schema import LEFT_OUT, In, Moment, Name, Out
from qz_api.listing import NamedQuery
from qz_common.ids import show_id


class DestinationCreate(In):
    name: Name
    target: Target


class DestinationPatch(In):
    """Any subset; what is left out stays."""

    name: Name = LEFT_OUT
    target: Target = LEFT_OUT


class DestinationQuery(NamedQuery):
    type: TargetType | None = None


class DestinationView(Out):
    id: str
    mode: Literal["live", "test"]
    name: str
    type: TargetType
    target: dict[str, Any]
    location: str
    """Where it leads, as it is served."""
    created_at: Moment
    updated_at: Moment


def destination_view(row: Row) -> DestinationView:
    return DestinationView(
        id=show_id("dst", row["id"]),
        mode=row["mode"],
        name=row["name"],
        type=row["type"],
        target=row["target"],
        location=row["location"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
