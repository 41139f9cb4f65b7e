"""Shapes of /v1/members."""

from qz_api.accounts.roles import Role
from qz_api.connection import Row
from qz_api.http.schema import In, Moment, Out
from qz_common.ids import show_id


class MemberPatch(In):
    role: Role


class MemberView(Out):
    id: str
    """Of the user, who may be a member elsewhere too."""
    email: str
    name: str
    role: Role
    created_at: Moment


def member_view(row: Row) -> MemberView:
    return MemberView(
        id=show_id("usr", row["user_id"]),
        email=row["email"],
        name=row["name"],
        role=row["role"],
        created_at=row["created_at"],
    )
