"""Shapes of /v1/session and /v1/sessions."""

from typing import Annotated

from pydantic import Field

from qz_api.accounts.password_rules import MAX_LENGTH
from qz_api.accounts.roles import Role
from qz_api.http.schema import In, Moment, Out

EmailText = Annotated[str, Field(min_length=3, max_length=320)]
PasswordText = Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)]


class SignIn(In):
    email: EmailText
    password: PasswordText


class SessionPatch(In):
    workspace: Annotated[str, Field(max_length=64)]
    """The workspace of calls that don't name one in `Quietzone-Workspace`."""


class UserView(Out):
    id: str
    email: str
    name: str


class SessionWorkspaceView(Out):
    id: str
    name: str
    role: Role


class SessionView(Out):
    user: UserView
    workspace: SessionWorkspaceView | None
    """Null for a user who belongs to none."""
    csrf_token: str
    """Goes into `X-CSRF-Token` of every POST, PATCH and DELETE."""
    expires_at: Moment


class OpenSessionView(Out):
    id: str
    current: bool
    user_agent: str
    created_at: Moment
    seen_at: Moment
    expires_at: Moment


class SignedOutView(Out):
    ended: int
    """Sessions that were ended, this one among them."""
