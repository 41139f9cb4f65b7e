"""A signed-in user, as handlers see them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from qz_api.accounts.roles import Role
from qz_common.ids import show_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    id: UUID
    user: UUID
    email: str
    name: str
    token: str
    csrf_token: str
    expires_at: datetime
    workspace: UUID | None
    """None for a user without any."""
    workspace_name: str | None
    role: Role | None

    @property
    def user_id(self) -> str:
        return show_id("usr", self.user)
