"""Shapes of /v1/users and /v1/user."""

from typing import Annotated

from pydantic import Field

from qz_api.accounts.invites.schemas import InviteToken
from qz_api.accounts.password_rules import MAX_LENGTH
from qz_api.accounts.sessions.schemas import EmailText, PasswordText
from qz_api.http.schema import In, Name

NewPassword = Annotated[str, Field(max_length=MAX_LENGTH)]
"""At least 10 characters, and not among the first that anybody tries."""


class SignUp(In):
    email: EmailText
    password: NewPassword
    name: Name
    workspace_name: Name | None = None
    """Of the workspace that is made when there is no invite; the user's name when left out."""
    invite_token: InviteToken | None = None
    """Needed where sign-up is not open to everybody."""


class UserPatch(In):
    name: Name


class PasswordChange(In):
    current_password: PasswordText
    password: NewPassword
