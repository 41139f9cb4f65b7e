"""An invite lets in whoever has its e-mail and its token: once, and until it expires."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from qz_api.absence import absent
from qz_api.accounts.actor import UserActor
from qz_api.accounts.email import Email
from qz_api.accounts.invites import store
from qz_api.accounts.invites.token import hash_token, link, new_token
from qz_api.accounts.members import store as members
from qz_api.accounts.roles import Role, check_administers, check_may_give, is_test_key
from qz_api.accounts.users import store as users
from qz_api.accounts.workspaces import service as workspaces
from qz_api.accounts.workspaces import store as workspace_store
from qz_api.audit import service as audit
from qz_api.callers.principal import Principal
from qz_api.connection import Connection, Row
from qz_api.mail import store as mail
from qz_api.sealing import Secrets
from qz_api.transaction import Transaction
from qz_common.errors import Conflict, Forbidden, Gone, NotFound
from qz_common.ids import new_uuid, show_id

LIFE = timedelta(days=7)
MAX_OPEN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Inviting:
    """What invites are made with."""

    secrets: Secrets
    api_url: str


async def invite(
    conn: Transaction,
    inviting: Inviting,
    principal: Principal,
    email: Email,
    role: Role,
    now: datetime,
) -> tuple[Row, str]:
    """The invite, and the link that accepts it: shown now and never again."""
    check_administers(principal)
    check_may_give(principal, role)
    workspace = await workspace_store.lock(conn, principal.workspace)
    await _check_room(conn, principal, email, now)
    token = new_token()
    row = await store.insert(
        conn,
        id=new_uuid(),
        workspace=principal.workspace,
        email=email.text,
        email_key=email.key,
        role=role,
        token_hash=hash_token(inviting.secrets, token),
        invited_by=principal.id,
        now=now,
        expires_at=now + LIFE,
    )
    if row is None:
        raise Conflict("this e-mail has an open invite already", "already_invited")
    url = link(inviting.api_url, token)
    values = {"workspace": workspace["name"], "invited_by": principal.name, "url": url}
    await _send(conn, inviting.secrets, principal.workspace, email, values, now)
    await audit.record(
        conn, principal, "invite.created", show_id("inv", row["id"]), None, _told(row)
    )
    return row, url


async def _send(
    conn: Connection,
    secrets: Secrets,
    workspace: UUID,
    email: Email,
    values: Mapping[str, str],
    now: datetime,
) -> None:
    await mail.append(
        conn,
        secrets,
        workspace=workspace,
        recipient=email.text,
        template="invite",
        values=values,
        now=now,
    )


async def revoke(conn: Transaction, principal: Principal, id: UUID, now: datetime) -> None:
    if is_test_key(principal):
        raise absent("invite")
    check_administers(principal)
    row = await store.lock_open(conn, principal.workspace, id)
    if row is None:
        raise absent("invite")
    check_may_give(principal, Role(row["role"]))
    await store.revoke(conn, principal.workspace, id, now)
    await audit.record(conn, principal, "invite.revoked", show_id("inv", id), _told(row), None)


async def accept(
    conn: Transaction,
    secrets: Secrets,
    token: str,
    *,
    user: Row,
    request_id: str,
    now: datetime,
) -> UUID:
    """The workspace that was joined; the transaction is inside it afterwards."""
    token_hash = hash_token(secrets, token)
    workspace = await store.workspace_of(conn, token_hash)
    if workspace is None:
        raise NotFound("there is no such invite")
    await workspace_store.enter(conn, workspace)
    row = await store.lock_by_token(conn, workspace, token_hash)
    _check_open(row, user, now)
    if not await members.insert(conn, workspace, user["id"], row["role"], now):
        raise Conflict("you are a member already", "already_member")
    await store.mark_accepted(conn, workspace, row["id"], now)
    actor = UserActor(
        user=user["id"], name=user["name"], workspace=workspace, request_id=request_id
    )
    joined = {"email": user["email"], "role": row["role"], "invite": show_id("inv", row["id"])}
    await audit.record(conn, actor, "member.joined", actor.id, None, joined)
    return workspace


async def join(
    conn: Transaction, secrets: Secrets, token: str, *, user: UUID, request_id: str, now: datetime
) -> Row:
    """The workspace that a signed-in user joined, as they see it."""
    known = await users.get(conn, user)
    joined = await accept(conn, secrets, token, user=known, request_id=request_id, now=now)
    return await workspaces.own(conn, user, joined)


def _check_open(row: Row, user: Row, now: datetime) -> None:
    if row["accepted_at"] is not None or row["revoked_at"] is not None:
        raise Gone("this invite was used or taken back", "invite_used")
    if row["expires_at"] <= now:
        raise Gone("this invite has expired; ask for another", "invite_expired")
    if row["email_key"] != user["email_key"]:
        raise Forbidden("this invite is for another e-mail address", "invite_for_another")


async def _check_room(conn: Connection, principal: Principal, email: Email, now: datetime) -> None:
    if await members.is_member(conn, principal.workspace, email.key):
        raise Conflict("this e-mail is a member already", "already_member")
    if await store.count_open(conn, principal.workspace, now) >= MAX_OPEN:
        raise Conflict(f"{MAX_OPEN} invites are open already", "too_many_invites")
    await store.revoke_expired(conn, principal.workspace, email.key, now)


def _told(row: Row) -> dict[str, object]:
    return {"email": row["email"], "role": row["role"], "expires_at": row["expires_at"]}
