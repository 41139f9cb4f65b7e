"""Who a session cookie lets in: a user, or a user in a workspace as a Principal.

Writes need the CSRF token of this session in `X-CSRF-Token` and, when the browser says where the
request comes from, one of our own pages. A call with a key never looks at cookies.
"""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from uuid import UUID

from qz_api.absence import absent
from qz_api.accounts.attempts.service import USER_CALLS, Attempts
from qz_api.accounts.roles import ROLE_SCOPES, Role
from qz_api.accounts.sessions import store
from qz_api.accounts.sessions.cookie import Cookie
from qz_api.accounts.sessions.session import Session
from qz_api.accounts.sessions.token import Tokens
from qz_api.callers.plans import effective
from qz_api.callers.principal import Mode, Principal
from qz_api.connection import Row
from qz_api.db import Database
from qz_api.http.scope import WRITES, Scope, header
from qz_api.limits.charge import meters_of
from qz_common.clock import Clock
from qz_common.errors import Forbidden, Malformed, NotFound, Unauthenticated
from qz_common.ids import read_id, show_id

MODES = ("live", "test")


@dataclass(frozen=True, kw_only=True)
class SessionGate:
    db: Database
    clock: Clock
    tokens: Tokens
    cookie: Cookie
    attempts: Attempts
    idle: timedelta

    async def authenticate(self, scope: Scope, cost: int) -> Principal | None:
        """For `Deps.authenticators`, after the one for keys."""
        token = self.cookie.read(scope)
        if token is None:
            return None
        mode = _mode(scope)
        self._check_write(scope, token)
        row = await self._admit(token, cost, _workspace(scope))
        if row["workspace_id"] is None:
            raise _no_workspace(scope)
        return Principal(
            kind="user",
            id=show_id("usr", row["user_id"]),
            name=row["name"],
            workspace=row["workspace_id"],
            mode=mode,
            scopes=ROLE_SCOPES[Role(row["role"])],
            role=row["role"],
            plan=effective(row["plan"], row["plan_overrides"]),
            meters=meters_of(row),
            idempotency_full=row["idempotency_full"],
        )

    async def session(self, scope: Scope) -> Session:
        """The user alone, for what belongs to no workspace."""
        token = self.cookie.read(scope)
        if token is None:
            raise Unauthenticated("sign in first: POST /v1/session", "missing_session")
        self._check_write(scope, token)
        session = await self.of_token(token)
        await self.attempts.take({f"calls of:{session.user}": USER_CALLS})
        return session

    async def of_token(self, token: str) -> Session:
        row = await self._admit(token, None, None)
        return Session(
            id=row["session_id"],
            user=row["user_id"],
            email=row["email"],
            name=row["name"],
            token=token,
            csrf_token=self.tokens.csrf(token),
            expires_at=row["expires_at"],
            workspace=row["workspace_id"],
            workspace_name=row["workspace_name"],
            role=Role(row["role"]) if row["role"] else None,
        )

    async def _admit(self, token: str, cost: int | None, workspace: UUID | None) -> Row:
        """Without a cost nobody is charged: what belongs to a user alone costs no workspace."""
        if not self.tokens.is_ours(token):
            raise self._refused("this session is not one of ours", "invalid_session")
        row = await self.db.once(
            lambda conn: store.admit(
                conn,
                self.tokens.hash(token),
                workspace=workspace,
                cost=cost,
                now=self.clock.now(),
                idle=self.idle,
            )
        )
        if row["session_id"] is None:
            raise self._refused("this session has ended", "invalid_session")
        if row["expired"]:
            raise self._refused("this session has expired; sign in again", "expired_session")
        return row

    def _check_write(self, scope: Scope, token: str) -> None:
        if scope["method"] not in WRITES:
            return
        self.cookie.check_origin(scope)
        given = header(scope, b"x-csrf-token") or ""
        if not hmac.compare_digest(given.encode(), self.tokens.csrf(token).encode()):
            raise Forbidden("send the session's csrf_token as X-CSRF-Token", "csrf_failed")

    def _refused(self, detail: str, code: str) -> Unauthenticated:
        """The browser forgets the cookie too."""
        return Unauthenticated(detail, code, headers=self.cookie.clear())


def _workspace(scope: Scope) -> UUID | None:
    text = header(scope, b"quietzone-workspace")
    if text is None:
        return None
    workspace = read_id("ws", text)
    if workspace is None:
        raise _no_workspace(scope)
    return workspace


def _mode(scope: Scope) -> Mode:
    text = header(scope, b"quietzone-mode") or "live"
    if text not in MODES:
        raise Malformed("Quietzone-Mode is live or test", "invalid_mode")
    return cast(Mode, text)


def _no_workspace(scope: Scope) -> NotFound | Forbidden:
    """One that is not the user's is absent."""
    if header(scope, b"quietzone-workspace") is None:
        return Forbidden("you belong to no workspace yet", "no_workspace")
    return absent("workspace")
