"""Shapes of /v1/audit-log."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo, WithJsonSchema, field_validator

from qz_api.audit.actions import ACTIONS, SUBJECTS
from qz_api.connection import Row
from qz_api.http.paging import PageQuery
from qz_api.http.schema import Moment, Out, ending_after
from qz_common.ids import show_id

Word = Annotated[str, Field(min_length=1, max_length=100)]
ID = "^[a-z]+_[0-9a-z]{26}$"


def _recorded(action: str) -> str:
    if action not in ACTIONS and action not in SUBJECTS:
        raise ValueError("is nothing that is ever recorded; key.created is, and key")
    return action


Sought = Annotated[
    Word,
    AfterValidator(_recorded),
    WithJsonSchema({"type": "string", "enum": [*SUBJECTS, *ACTIONS]}),
]


class AuditQuery(PageQuery):
    action: Sought | None = None
    """`key.created`, or `key` for all that happened to keys."""
    object: Annotated[str, Field(pattern=ID)] | None = None
    """The id of what it happened to."""
    actor: Word | None = None
    """The id of who did it, such as `usr_…` or `key_…`."""
    since: Moment | None = Field(default=None, alias="from")
    """Inclusive."""
    until: Moment | None = Field(default=None, alias="to")
    """Exclusive."""

    @field_validator("until")
    @classmethod
    def _ends_later(cls, until: Moment | None, others: ValidationInfo) -> Moment | None:
        return ending_after(others.data.get("since"), until)


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
