"""A user who acts in a workspace without a Principal of it: by accepting, founding, signing in."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from qz_common.ids import show_id


@dataclass(frozen=True, slots=True, kw_only=True)
class UserActor:
    user: UUID
    name: str
    workspace: UUID
    request_id: str
    kind: Literal["user"] = "user"
    mode: Literal["live"] = "live"

    @property
    def id(self) -> str:
        return show_id("usr", self.user)
