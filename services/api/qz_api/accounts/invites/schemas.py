"""Shapes of /v1/invites."""

from typing import Annotated

from pydantic import Field

from qz_api.accounts.roles import Role
from qz_api.accounts.sessions.schemas import EmailText
from qz_api.connection import Row
from qz_api.http.schema import In, Moment, Out
from qz_common.ids import show_id

InviteToken = Annotated[str, Field(min_length=1, max_length=100)]


class InviteCreate(In):
    email: EmailText
    role: Role


class InviteAccept(In):
    token: InviteToken
    """What stands after `#invite=` in the link."""


class InviteView(Out):
    id: str
    email: str
    role: Role
    invited_by: str
    created_at: Moment
    expires_at: Moment


class NewInviteView(InviteView):
    url: str
    """Lets in whoever has this e-mail. Shown once."""


def invite_view(row: Row) -> InviteView:
    return InviteView.model_validate(invite_fields(row))


def invite_fields(row: Row) -> dict[str, object]:
    names = ("email", "role", "invited_by", "created_at", "expires_at")
    return {"id": show_id("inv", row["id"]), **{name: row[name] for name in names}}
