"""Who is calling: made once per request by an authenticator, trusted everywhere behind it."""

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from qz_api.callers.permissions import Permission
from qz_api.callers.plans import Plan
from qz_common.errors import Forbidden
from qz_common.ids import show_id

Kind = Literal["key", "user", "system"]
Mode = Literal["live", "test"]


@dataclass(frozen=True, slots=True)
class Meters:
    """What a charge left, by the clock of the database; None where there is no limit."""

    verdict: str = "ok"
    """`ok`, `unmetered`, or why the call is refused."""
    rate_left: int | None = None
    rate_reset_seconds: float = 0.0
    retry_seconds: int = 1
    month_used: int = 0
    month_reset_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    kind: Kind
    id: str
    """`key_…`, `usr_…` or a name of ours: who, for versions, audit and logs."""
    name: str
    workspace: UUID
    mode: Mode
    scopes: frozenset[Permission]
    plan: Plan
    meters: Meters = field(default_factory=Meters)
    dialect: str = ""
    idempotency_full: bool = False
    request_id: str = ""
    role: str = ""
    """Of a user: owner, admin, editor or viewer."""

    @property
    def workspace_id(self) -> str:
        return show_id("ws", self.workspace)

    def require(self, scope: Permission) -> None:
        if scope not in self.scopes:
            raise Forbidden(f"this needs the scope {scope.value}")
