"""Roles of members change under a lock on their workspace, so that an owner is always left."""

from datetime import datetime
from uuid import UUID

from qz_api.absence import absent
from qz_api.accounts.invites import store as invites
from qz_api.accounts.members import store
from qz_api.accounts.roles import Role, check_administers, check_may_give, lesser
from qz_api.accounts.workspaces import store as workspaces
from qz_api.audit import service as audit
from qz_api.callers.principal import Principal
from qz_api.connection import Connection, Row
from qz_api.transaction import Transaction
from qz_common.errors import Conflict
from qz_common.ids import show_id


async def change_role(
    conn: Transaction, principal: Principal, user: UUID, role: Role, now: datetime
) -> Row:
    check_administers(principal)
    member = await _locked(conn, principal, user)
    check_may_give(principal, Role(member["role"]))
    check_may_give(principal, role)
    await store.set_role(conn, principal.workspace, user, role, now)
    await _check_owned(conn, principal)
    await _revoke_invites(conn, principal, user, role, now)
    changed = await _member(conn, principal, user)
    await audit.record(
        conn,
        principal,
        "member.updated",
        show_id("usr", user),
        {"role": member["role"]},
        {"role": changed["role"]},
    )
    return changed


async def remove(conn: Transaction, principal: Principal, user: UUID, now: datetime) -> None:
    """Whoever it is may leave; to remove somebody else takes an administrator."""
    leaving = principal.id == show_id("usr", user)
    if not leaving:
        check_administers(principal)
    member = await _locked(conn, principal, user)
    if not leaving:
        check_may_give(principal, Role(member["role"]))
    await store.delete(conn, principal.workspace, user)
    await _check_owned(conn, principal)
    await _revoke_invites(conn, principal, user, None, now)
    before = {"email": member["email"], "role": member["role"]}
    await audit.record(conn, principal, "member.removed", show_id("usr", user), before, None)


async def _locked(conn: Connection, principal: Principal, user: UUID) -> Row:
    await workspaces.lock(conn, principal.workspace)
    return await _member(conn, principal, user)


async def _member(conn: Connection, principal: Principal, user: UUID) -> Row:
    member = await store.get(conn, principal.workspace, user)
    if member is None:
        raise absent("member")
    return member


async def _check_owned(conn: Connection, principal: Principal) -> None:
    if await store.count_owners(conn, principal.workspace) == 0:
        raise Conflict("a workspace keeps at least one owner", "last_owner")


async def _revoke_invites(
    conn: Transaction, principal: Principal, user: UUID, role: Role | None, now: datetime
) -> None:
    """What a member may give no longer is not given by an older invite either."""
    kept = lesser(role) if role else ()
    revoked = await invites.revoke_of(conn, principal.workspace, show_id("usr", user), kept, now)
    await audit.record_all(
        conn,
        principal,
        "invite.revoked",
        [
            (show_id("inv", row["id"]), {"email": row["email"], "role": row["role"]}, None)
            for row in revoked
        ],
    )
