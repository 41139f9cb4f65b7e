"""An operation of the API as a value: what routes and the OpenAPI document are both made from.

A feature's routes.py ends in `OPERATIONS = (Operation(...), …)`; app.py lists the features.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pydantic import BaseModel

from qz_api.callers.permissions import Permission
from qz_api.http.scope import WRITES
from qz_common.errors import Problem

if TYPE_CHECKING:
    from qz_api.http.call import Call
    from qz_api.http.respond import Answer

Handler: TypeAlias = "Callable[[Call], Awaitable[Answer]]"
Prepare: TypeAlias = "Callable[[Call], Awaitable[None]] | None"
Uses: TypeAlias = Literal["transaction", "nothing"]
Guard: TypeAlias = Literal["principal", "user", "public", "internal"]
Cost: TypeAlias = Callable[[Any], int]
"""Requests that a parsed JSON body counts as; it has not been checked yet."""

BODY_LIMIT = 1 << 20
SESSION_COOKIE = "qz_session"
"""What the browser of somebody signed in sends; over https with `__Host-` before it."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    method: str
    path: str
    """`/v1/things/{id}`; every parameter is one path segment."""
    id: str
    """`createThing`: stable, what generated clients call it."""
    summary: str
    tag: str
    handler: Handler
    scope: Permission | None = None
    """None lets any principal in."""
    body: type[BaseModel] | None = None
    body_required: bool = True
    """Otherwise no body is an empty object."""
    query: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    status: int = 200
    media_types: tuple[str, ...] = ("application/json",)
    """Of the answer; other than JSON means bytes."""
    problems: tuple[type[Problem], ...] = ()
    """Beside those that every operation of its kind can answer with."""
    example: Mapping[str, Any] | None = None
    """A body that works; tests send it."""
    cost: Cost | None = None
    body_limit: int = BODY_LIMIT
    prepare: Prepare = None
    """Runs before the transaction and outside of it: for what waits on another host."""
    uses: Uses = "transaction"
    """`transaction` has `call.conn` open and commits it after the handler, with the record of an
    Idempotency-Key; `nothing` is for handlers that wait for something else than Postgres."""
    guard: Guard = "principal"
    """`principal` is a key or a signed-in user in a workspace, `user` a signed-in user alone."""
    takes_credentials: bool = False
    """Of a `public` one: a key or a session may stand in for what anybody else needs."""
    idempotent: bool = True
    """Takes an Idempotency-Key when it writes."""
    secret: bool = False
    """Its answer holds a secret: a repeat is answered to nobody but the caller of the first."""
    live: bool = False
    """Its answer moves with scans and the clock while its version stays, so it is never a 304."""
    description: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Further response headers, name and meaning."""

    @property
    def writes(self) -> bool:
        return self.method in WRITES

    @property
    def takes_key(self) -> bool:
        return self.writes and self.idempotent and self.uses == "transaction"
