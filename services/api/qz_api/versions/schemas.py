"""Shapes of versions."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from qz_api.connection import Row
from qz_api.http.schema import In, Moment, Out
from qz_common.ids import show_id

PLANNED = "Quietzone-Planned-Version"
PLANNED_HEADERS = {PLANNED: "The number of the version that `effective_from` planned"}


class ActorView(Out):
    kind: str
    id: str
    name: str


class VersionView(Out):
    version: int
    state: Literal["applied", "scheduled", "cancelled", "failed"]
    target: dict[str, Any]
    """Where the link led; of a change that is still to come, only what will change."""
    rolled_back_to: int | None
    reason: str
    """Why a planned change could not be made."""
    actor: ActorView
    created_at: Moment
    effective_from: Moment
    settled_at: Moment | None


class Rollback(In):
    version: Annotated[int, Field(ge=1)]
    """The number of a version that was in force."""


def version_view(row: Row) -> VersionView:
    return VersionView(
        version=row["number"],
        state=row["state"],
        target=_target(row["target"]),
        rolled_back_to=row["rolled_back_to"],
        reason=row["reason"],
        actor=ActorView(kind=row["actor_kind"], id=row["actor_id"], name=row["actor_name"]),
        created_at=row["created_at"],
        effective_from=row["effective_from"],
        settled_at=row["settled_at"],
    )


def _target(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Columns as the API names them."""
    shown = {name: kept[name] for name in ("destination_url", "rules", "app") if name in kept}
    if "destination_id" in kept:
        shown["destination_id"] = _id("dst", kept["destination_id"])
    if "page_id" in kept:
        is_landing = kept.get("kind") == "landing_page"
        shown["landing_page_id"] = _id("pg", kept["page_id"]) if is_landing else None
    if kept.get("content") is not None:
        shown["content"] = kept["content"]
    return shown


def _id(prefix: str, value: str | None) -> str | None:
    return show_id(prefix, UUID(value)) if value else None


def planned(number: int | None) -> dict[str, str]:
    """Told beside an answer that shows what is so still."""
    return {} if number is None else {PLANNED: str(number)}
