"""Shapes of /v1/workspace and /v1/workspaces."""

from typing import Annotated

from pydantic import Field

from qz_api.accounts.roles import Role
from qz_api.connection import Row
from qz_api.http.schema import LEFT_OUT, In, Moment, Name, Out
from qz_common.ids import show_id

MAX_DOMAINS = 500
Domain = Annotated[str, Field(min_length=1, max_length=300)]
Domains = Annotated[list[Domain], Field(max_length=MAX_DOMAINS)]
Zone = Annotated[str, Field(min_length=1, max_length=64)]


class WorkspacePatch(In):
    name: Name = LEFT_OUT
    timezone: Zone = LEFT_OUT
    """IANA name, such as Europe/Lisbon: what reports and rules mean by a day."""
    allowed_domains: Domains = LEFT_OUT
    """When not empty, destinations lie there or below, and nowhere else."""
    blocked_domains: Domains = LEFT_OUT
    allow_private_destinations: bool = LEFT_OUT
    """For intranets: codes may lead to addresses that the public internet can't reach."""


class WorkspaceCreate(In):
    name: Name


class FullWorkspaceView(Out):
    id: str
    name: str
    plan: str
    timezone: str
    allowed_domains: list[str]
    blocked_domains: list[str]
    allow_private_destinations: bool
    created_at: Moment
    updated_at: Moment


class OwnWorkspaceView(Out):
    id: str
    name: str
    plan: str
    role: Role
    created_at: Moment
    joined_at: Moment


def full_view(row: Row) -> FullWorkspaceView:
    fields = {name: row[name] for name in FullWorkspaceView.model_fields if name != "id"}
    return FullWorkspaceView(id=show_id("ws", row["id"]), **fields)


def own_view(row: Row) -> OwnWorkspaceView:
    fields = {name: row[name] for name in OwnWorkspaceView.model_fields if name != "id"}
    return OwnWorkspaceView(id=show_id("ws", row["id"]), **fields)
