"""One call of one operation, as its handler sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from pydantic import BaseModel

from qz_api.http.etags import etag, is_meant
from qz_api.http.paging import Cursors
from qz_api.http.scope import Scope
from qz_api.transaction import Transaction
from qz_common.errors import NotFound, PreconditionFailed
from qz_common.ids import read_id

if TYPE_CHECKING:
    from qz_api.accounts.sessions.session import Session
    from qz_api.callers.principal import Principal
    from qz_api.deps import Deps
    from qz_api.http.operation import Operation

M = TypeVar("M", bound=BaseModel)


@dataclass(kw_only=True)
class Call:
    operation: "Operation"
    deps: "Deps"
    scope: Scope
    now: datetime
    request_id: str
    path: Mapping[str, str] = field(default_factory=dict)
    maybe_principal: "Principal | None" = None
    maybe_session: "Session | None" = None
    maybe_conn: Transaction | None = None
    maybe_body: BaseModel | None = None
    maybe_query: BaseModel | None = None

    @property
    def principal(self) -> "Principal":
        if self.maybe_principal is None:
            raise RuntimeError(f"{self.operation.id} has no principal: its guard lets anybody in")
        return self.maybe_principal

    @property
    def session(self) -> "Session":
        if self.maybe_session is None:
            raise RuntimeError(f"{self.operation.id} has no session: its guard is for others")
        return self.maybe_session

    @property
    def conn(self) -> Transaction:
        """The transaction of this call; the dispatcher commits it after the handler."""
        if self.maybe_conn is None:
            raise RuntimeError(f"{self.operation.id} uses no transaction")
        return self.maybe_conn

    def body(self, kind: type[M]) -> M:
        if not isinstance(self.maybe_body, kind):
            raise RuntimeError(f"{self.operation.id} takes no {kind.__name__} as its body")
        return self.maybe_body

    def query(self, kind: type[M]) -> M:
        if not isinstance(self.maybe_query, kind):
            raise RuntimeError(f"{self.operation.id} takes no {kind.__name__} as its query")
        return self.maybe_query

    def id(self, prefix: str, name: str = "id") -> UUID:
        """The id in the path; what is no id of this kind is absent, like somebody else's."""
        uuid = read_id(prefix, self.path[name])
        if uuid is None:
            raise NotFound("there is no such thing here")
        return uuid

    def check_version(self, version: int) -> None:
        """Refuses a change to another version than If-Match names."""
        if not is_meant(self.scope, etag(version)):
            raise PreconditionFailed(f"this is version {version} by now")

    def cursors(self, *filters: object) -> Cursors:
        """Cursors of this operation for this workspace and mode (or user) and these filters."""
        binding = (self.operation.id, *self._holder(), *map(repr, filters))
        return Cursors(self.deps.secrets.cursor, "\n".join(binding).encode())

    def _holder(self) -> tuple[str, ...]:
        if self.maybe_session is not None:
            return (self.maybe_session.user_id,)
        return (self.principal.workspace_id, self.principal.mode)
