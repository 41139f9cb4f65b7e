"""What a workspace is set to, and how users get one of their own."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from qz_api.absence import present
from qz_api.accounts.actor import UserActor
from qz_api.accounts.members import store as members
from qz_api.accounts.roles import Role, check_administers
from qz_api.accounts.settings import AccountSettings
from qz_api.accounts.users import store as users
from qz_api.accounts.workspaces import store
from qz_api.audit import service as audit
from qz_api.callers.principal import Principal
from qz_api.connection import Connection, Row
from qz_api.differing import says_news
from qz_api.transaction import Transaction
from qz_common.errors import Conflict, FieldError, Forbidden, Invalid
from qz_common.ids import new_uuid, show_id
from qz_common.urls import canonical_domain
from qz_common.wall import zone_problem

MAX_OWNED = 20
DOMAIN_LISTS = ("allowed_domains", "blocked_domains")
UNTOLD = frozenset({"version", "updated_at"})


async def update(
    conn: Transaction,
    principal: Principal,
    given: Mapping[str, Any],
    now: datetime,
    check: Callable[[int], None],
) -> Row:
    """A field that was not given stays. `check` refuses another version than is meant."""
    before = await store.lock(conn, principal.workspace)
    check(before["version"])
    check_administers(principal)
    values = {**dict(before), **_checked(given)}
    if not says_news(before, values):
        return before
    row = await store.update(conn, principal.workspace, values, now)
    await audit.record(
        conn, principal, "workspace.updated", principal.workspace_id, _told(before), _told(row)
    )
    return row


async def found(
    conn: Transaction,
    settings: AccountSettings,
    *,
    user: UUID,
    user_name: str,
    name: str,
    request_id: str,
    now: datetime,
) -> Row:
    """A new workspace with its maker as owner. The transaction is inside it afterwards."""
    id = new_uuid()
    await store.enter(conn, id)
    row = await store.insert(conn, id=id, name=name, plan=settings.signup_plan, now=now)
    await members.insert(conn, id, user, Role.OWNER, now)
    actor = UserActor(user=user, name=user_name, workspace=id, request_id=request_id)
    made = {"name": name, "plan": row["plan"], "owner": actor.id}
    await audit.record(conn, actor, "workspace.created", show_id("ws", id), None, made)
    return row


async def own(conn: Connection, user: UUID, workspace: UUID) -> Row:
    """As one of its members sees it, with the role that they have."""
    return present(await store.of_user(conn, user, workspace), "workspace")


async def check_may_found(conn: Connection, settings: AccountSettings, user: UUID) -> None:
    """Where sign-up is closed, who was invited as a guest founds nothing."""
    await users.lock(conn, user)
    owned = await store.count_owned(conn, user)
    if owned == 0 and not settings.open_signup:
        raise Forbidden("only owners make workspaces here", "signup_closed")
    if owned >= MAX_OWNED:
        raise Conflict(f"you own {owned} workspaces already", "too_many_workspaces")


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """Canonical values, or all that is wrong with them at once."""
    values = dict(given)
    errors = [_zone_error(values["timezone"])] if "timezone" in values else []
    for field in DOMAIN_LISTS:
        if field in values:
            values[field], wrong = _domains(field, values[field])
            errors += wrong
    found = [error for error in errors if error]
    if found:
        raise Invalid(f"wrong: {', '.join(each.pointer for each in found[:5])}", errors=found)
    return values


def _zone_error(name: str) -> FieldError | None:
    problem = zone_problem(name)
    return FieldError("/timezone", "invalid_timezone", problem) if problem else None


def _domains(field: str, texts: list[str]) -> tuple[list[str], list[FieldError | None]]:
    domains, errors = set(), []
    for index, text in enumerate(texts):
        try:
            domains.add(canonical_domain(text))
        except ValueError:
            errors.append(FieldError(f"/{field}/{index}", "invalid_domain", "is no domain name"))
    return sorted(domains), [*errors]


def _told(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in UNTOLD}
