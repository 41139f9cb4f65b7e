"""Shapes of /v1/audit-log."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from qz_api.connection import Row
from qz_api.http.paging import PageQuery
from qz_api.http.schema import Moment, Out
from qz_common.ids import show_id

Word = Annotated[str, Field(min_length=1, max_length=100)]


class AuditQuery(PageQuery):
    model_config = ConfigDict(extra="forbid")
    action: Word | None = None
    """`key.created`, or `key` for all that happened to keys."""
    object: Word | None = None
    actor: Word | None = None
    since: Moment | None = Field(default=None, alias="from")
    until: Moment | None = Field(default=None, alias="to")


class ActorView(Out):
    kind: str
    """`key`, `user` or `system`."""
    id: str
    name: str
    """As it was then."""


class AuditView(Out):
    id: str
    at: Moment
    actor: ActorView
    action: str
    object_id: str
    request_id: str
    before: dict[str, Any] | None
    """The fields that changed, as they were. Null when it did not exist."""
    after: dict[str, Any] | None
    """The same fields afterwards. Null when it is gone."""


def audit_view(row: Row) -> AuditView:
    names = ("at", "action", "object_id", "request_id", "before", "after")
    return AuditView(
        id=show_id("aud", row["id"]),
        actor=ActorView(kind=row["actor_kind"], id=row["actor_id"], name=row["actor_name"]),
        **{name: row[name] for name in names},
    )
