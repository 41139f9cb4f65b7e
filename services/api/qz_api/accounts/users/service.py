"""Users: how they come to be, and how their password changes."""

from datetime import datetime

from qz_api.accounts.actor import UserActor
from qz_api.accounts.attempts.service import SIGN_IN_ACCOUNT, SIGN_UP_NETWORK, network
from qz_api.accounts.deps import Accounts
from qz_api.accounts.email import Email, require_email
from qz_api.accounts.invites import service as invites
from qz_api.accounts.password_rules import check_password
from qz_api.accounts.sessions import service as sessions
from qz_api.accounts.sessions import store as session_store
from qz_api.accounts.sessions.service import Opened, account_tries
from qz_api.accounts.sessions.session import Session
from qz_api.accounts.users import store
from qz_api.accounts.users.schemas import PasswordChange, SignUp
from qz_api.accounts.workspaces import service as workspaces
from qz_api.accounts.workspaces import store as workspace_store
from qz_api.audit import service as audit
from qz_api.audit.actions import Action
from qz_api.connection import Connection, Row
from qz_api.db import Database
from qz_api.http.scope import Scope
from qz_api.sealing import Secrets
from qz_api.transaction import Transaction
from qz_common.errors import Conflict, FieldError, Forbidden, Invalid, Unauthenticated
from qz_common.ids import new_uuid


async def sign_up(
    accounts: Accounts, db: Database, secrets: Secrets, scope: Scope, draft: SignUp, request_id: str
) -> Opened:
    """A user with a workspace of their own, or in the one of the invite; signed in."""
    await accounts.attempts.take({f"sign-up from:{network(scope)}": SIGN_UP_NETWORK})
    if draft.invite_token is None and not accounts.settings.open_signup:
        raise Forbidden("sign-up is by invite here", "signup_closed")
    email = require_email(draft.email)
    check_password(draft.password, email)
    encoded = await accounts.passwords.hash(draft.password)
    now = accounts.clock.now()
    async with db.system() as conn:
        user = await create(conn, email, draft.name, encoded, now)
        # last: both leave the transaction inside one workspace
        opened = await sessions.begin(accounts, conn, user["id"], scope)
        if draft.invite_token is not None:
            await invites.accept(
                conn, secrets, draft.invite_token, user=user, request_id=request_id, now=now
            )
        else:
            await workspaces.found(
                conn,
                accounts.settings,
                user=user["id"],
                user_name=user["name"],
                name=draft.workspace_name or draft.name,
                request_id=request_id,
                now=now,
            )
    return opened


async def create(conn: Connection, email: Email, name: str, encoded: str, now: datetime) -> Row:
    user = await store.insert(
        conn, id=new_uuid(), email=email.text, email_key=email.key, name=name, now=now
    )
    if user is None:
        raise Conflict("this e-mail has a user already: sign in instead", "email_taken")
    await store.set_hash(conn, user["id"], encoded, now)
    return user


async def rename(
    conn: Transaction, session: Session, name: str, request_id: str, now: datetime
) -> Row:
    row = await store.rename(conn, session.user, name, now)
    await _record(conn, session, "user.updated", request_id, {"name": session.name}, {"name": name})
    return row


async def change_password(
    accounts: Accounts, db: Database, session: Session, change: PasswordChange, request_id: str
) -> Opened:
    """Ends every other session, and gives this one another token."""
    email = require_email(session.email)
    tries = account_tries(email.key)
    await accounts.attempts.take({tries: SIGN_IN_ACCOUNT})
    check_password(change.password, email)
    async with db.account(session.user) as conn:
        known = await store.get_hash(conn, session.user)
    if not await accounts.passwords.matches(change.current_password, known):
        error = FieldError("/current_password", "wrong_password", "is not your password")
        raise Invalid("this is not your password", "wrong_password", errors=[error])
    encoded = await accounts.passwords.hash(change.password)
    token = accounts.gate.tokens.new()
    async with db.account(session.user) as conn:
        if await store.lock_hash(conn, session.user) != known:
            raise Conflict("the password was changed meanwhile", "password_changed")
        await store.set_hash(conn, session.user, encoded, accounts.clock.now())
        await session_store.delete_all(conn, session.user, kept=session.id)
        await _rotate(accounts, conn, session, token)
        await _record(conn, session, "user.password_changed", request_id)
    await accounts.attempts.forgive(tries)
    return Opened(user=session.user, token=token, expires_at=session.expires_at)


async def _rotate(accounts: Accounts, conn: Connection, session: Session, token: str) -> None:
    token_hash = accounts.gate.tokens.hash(token)
    if not await session_store.rotate(conn, session.user, session.id, token_hash):
        raise Unauthenticated("this session ended meanwhile", "invalid_session")


async def _record(
    conn: Transaction,
    session: Session,
    action: Action,
    request_id: str,
    before: dict[str, str] | None = None,
    after: dict[str, str] | None = None,
) -> None:
    """In each workspace of the user: all of them trust this person."""
    for workspace in await workspace_store.ids_of_user(conn, session.user):
        await workspace_store.enter(conn, workspace)
        actor = UserActor(
            user=session.user, name=session.name, workspace=workspace, request_id=request_id
        )
        await audit.record(conn, actor, action, actor.id, before, after)
