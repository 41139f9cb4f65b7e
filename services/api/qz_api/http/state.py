"""What is known of a request outside its handler: for headers, problems and its log line."""

from dataclasses import dataclass, field
from typing import cast

from qz_api.http.scope import Scope

KEY = "qz.request"


@dataclass
class RequestState:
    request_id: str
    headers: dict[str, str] = field(default_factory=dict)
    """Go out with whatever answer there is."""
    log: dict[str, object] = field(default_factory=dict)
    units: int = 0
    """Calls that this one was charged as."""


def request_state(scope: Scope) -> RequestState:
    return cast(RequestState, scope[KEY])
