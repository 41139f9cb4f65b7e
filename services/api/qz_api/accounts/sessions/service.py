"""Signing in and out.

Every sign-in makes a new session and ends the one the browser came with, so a session that
somebody planted there is worth nothing. A wrong password, an unknown e-mail and a disabled user
get the same answer after the same time.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from qz_api.accounts.actor import UserActor
from qz_api.accounts.attempts.service import SIGN_IN_ACCOUNT, SIGN_IN_NETWORK, network
from qz_api.accounts.deps import Accounts
from qz_api.accounts.email import Email, read_email
from qz_api.accounts.sessions import store
from qz_api.accounts.users import store as users
from qz_api.accounts.workspaces import service as workspaces
from qz_api.accounts.workspaces import store as workspace_store
from qz_api.audit import service as audit
from qz_api.connection import Connection, Row
from qz_api.db import Database
from qz_api.http.scope import Scope, header
from qz_api.transaction import Transaction
from qz_common.errors import Unauthenticated
from qz_common.ids import new_uuid

USER_AGENT_LENGTH = 200
SWEEP_ROWS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session that was just made: the token goes into the cookie and nowhere else."""

    user: UUID
    token: str
    expires_at: datetime


def account_tries(email_key: str) -> str:
    return f"password of:{email_key}"


async def sign_in(
    accounts: Accounts, db: Database, scope: Scope, email: str, password: str, request_id: str
) -> Opened:
    found = read_email(email)
    key = found.key if found else email
    await accounts.attempts.take(
        {
            account_tries(key): SIGN_IN_ACCOUNT,
            f"sign-in from:{network(scope)}": SIGN_IN_NETWORK,
        }
    )
    user = await _by_email(db, found)
    encoded = user["hash"] if user else None
    if not await accounts.passwords.matches(password, encoded) or user is None:
        raise _wrong()
    fresh = await _fresh_hash(accounts, password, user["hash"])
    async with db.system() as conn:
        await _still_the_same(conn, user)
        if fresh:
            await users.set_hash(conn, user["id"], fresh, accounts.clock.now())
        opened = await begin(accounts, conn, user["id"], scope)
        await _record(conn, user, request_id)
    await accounts.attempts.forgive(account_tries(key))
    return opened


async def begin(accounts: Accounts, conn: Connection, user: UUID, scope: Scope) -> Opened:
    """A new session; whichever the browser had before has ended."""
    gate = accounts.gate
    before = gate.cookie.read(scope)
    if before is not None and gate.tokens.is_ours(before):
        await store.delete_by_token(conn, gate.tokens.hash(before))
    now = accounts.clock.now()
    token = gate.tokens.new()
    expires_at = now + accounts.session_life
    await store.insert(
        conn,
        id=new_uuid(),
        user=user,
        token_hash=gate.tokens.hash(token),
        chosen=await store.last_chosen(conn, user),
        user_agent=(header(scope, b"user-agent") or "")[:USER_AGENT_LENGTH],
        now=now,
        expires_at=expires_at,
    )
    return Opened(user=user, token=token, expires_at=expires_at)


async def choose(conn: Connection, user: UUID, session: UUID, workspace: UUID) -> Row:
    """The workspace of calls that name none."""
    row = await workspaces.own(conn, user, workspace)
    await store.choose(conn, user, session, workspace)
    return row


async def end(conn: Connection, user: UUID, session: UUID) -> bool:
    """Whether there was such a session of theirs."""
    return await store.delete(conn, user, session)


async def end_all(conn: Connection, user: UUID) -> int:
    return await store.delete_all(conn, user)


async def sweep(db: Database, now: datetime) -> None:
    async with db.system() as conn:
        await store.delete_ended(conn, now, SWEEP_ROWS)


async def _by_email(db: Database, email: Email | None) -> Row | None:
    async with db.system() as conn:
        return await users.by_email(conn, email.key if email else "")


async def _fresh_hash(accounts: Accounts, password: str, encoded: str) -> str | None:
    """The clear password is here only now: a hash of older strength is made anew."""
    if not accounts.passwords.is_outdated(encoded):
        return None
    return await accounts.passwords.hash(password)


async def _still_the_same(conn: Connection, user: Row) -> None:
    """Another password, set while this one was being checked, wins."""
    if await users.lock_hash(conn, user["id"]) != user["hash"]:
        raise _wrong()


async def _record(conn: Transaction, user: Row, request_id: str) -> None:
    for workspace in await workspace_store.ids_of_user(conn, user["id"]):
        actor = UserActor(
            user=user["id"], name=user["name"], workspace=workspace, request_id=request_id
        )
        await audit.record(conn, actor, "user.signed_in", actor.id)


def _wrong() -> Unauthenticated:
    return Unauthenticated("e-mail and password don't belong together", "invalid_credentials")
