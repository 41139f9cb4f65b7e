"""What is known of a request outside its handler: for headers, problems and its log line."""

from dataclasses import dataclass, field
from typing import cast

from qz_api.callers.principal import Principal
from qz_api.http.scope import Scope

KEY = "qz.request"


@dataclass
class RequestState:
    request_id: str
    headers: dict[str, str] = field(default_factory=dict)
    """Go out with whatever answer there is."""
    route: str = "unknown"
    principal: Principal | None = None
    user_id: str = ""
    """Of somebody signed in who acts in no workspace."""
    code: str = ""
    """Of the problem that it was answered with."""
    units: int = 0
    """Calls that this one was charged as."""

    def log_fields(self) -> dict[str, str]:
        """What its log line says beside how it ended; what there is none of is left out."""
        fields = {"principal": self.user_id, "code": self.code}
        if self.principal is not None:
            fields["workspace"] = self.principal.workspace_id
            fields |= {"mode": self.principal.mode, "principal": self.principal.id}
        return {name: value for name, value in fields.items() if value}


def request_state(scope: Scope) -> RequestState:
    return cast(RequestState, scope[KEY])
