"""Shapes of /v1/styles."""

from typing import Any

from qz_api.callers.principal import Mode
from qz_api.connection import Row
from qz_api.http.schema import In, Moment, Name, Out
from qz_api.images.schemas import StyleIn
from qz_common.ids import show_id


class StyleCreate(In):
    name: Name
    style: StyleIn = None


class StylePatch(In):
    name: Name | None = None
    style: StyleIn = None
    """Fields over the saved ones; null takes a field away."""


class StyleView(Out):
    id: str
    mode: Mode
    name: str
    style: dict[str, Any]
    created_at: Moment
    updated_at: Moment


def style_view(row: Row) -> StyleView:
    return StyleView(
        id=show_id("sty", row["id"]),
        mode=row["mode"],
        name=row["name"],
        style=row["style"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
