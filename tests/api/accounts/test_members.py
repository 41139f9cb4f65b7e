"""Members and their roles: nobody gives more than they have, an owner is always left."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import httpx
import pytest

from qz_api.accounts.members import service
from qz_api.accounts.roles import ROLE_SCOPES, Role
from qz_api.callers.permissions import Permission
from qz_api.callers.plans import SELF_HOSTED
from qz_api.callers.principal import Principal
from qz_api.transaction import Transaction
from qz_common.errors import Conflict
from qz_common.ids import read_id
from tests.api.accounts.conftest import Join
from tests.api.conftest import MakeTenant, Tenant
from tests.fixtures.browser import Browser, problem
from tests.fixtures.postgres import Database
from tests.fixtures.wait import eventually

NOW = datetime(2026, 5, 19, 12, tzinfo=UTC)
TWO = ("one@example.com", "two@example.com")


async def me(user: Browser) -> str:
    return str((await user.get("/v1/me")).json()["id"])


async def test_members_are_listed(join: Join, tenant: Tenant, api: httpx.AsyncClient) -> None:
    owner = await join(tenant, Role.OWNER)
    await join(tenant, Role.VIEWER)
    page = (await owner.get("/v1/members?include=total")).json()
    assert page["total"] == 2
    assert {(each["email"], each["role"]) for each in page["data"]} == {
        ("owner@example.com", "owner"),
        ("viewer@example.com", "viewer"),
    }
    assert (await api.get("/v1/members")).json()["data"] == page["data"]


@pytest.mark.parametrize("role", [Role.EDITOR, Role.VIEWER])
async def test_who_administers_nothing_sees_and_changes_no_members(
    join: Join, tenant: Tenant, role: Role
) -> None:
    owner, user = await join(tenant, Role.OWNER), await join(tenant, role)
    their = f"/v1/members/{await me(owner)}"
    for answer in (
        await user.get("/v1/members"),
        await user.patch(their, {"role": "viewer"}),
        await user.patch(f"/v1/members/{await me(user)}", {"role": "owner"}),
        await user.delete(their),
        await user.post("/v1/invites", {"email": "x@example.com", "role": "viewer"}),
    ):
        assert problem(answer) == (403, "missing_scope")


async def test_an_admin_decides_about_everybody_but_owners(join: Join, tenant: Tenant) -> None:
    owner, admin = await join(tenant, Role.OWNER), await join(tenant, Role.ADMIN)
    editor = await join(tenant, Role.EDITOR)
    theirs = f"/v1/members/{await me(editor)}"
    assert (await admin.patch(theirs, {"role": "admin"})).json()["role"] == "admin"
    for answer in (
        await admin.patch(theirs, {"role": "owner"}),
        await admin.patch(f"/v1/members/{await me(admin)}", {"role": "owner"}),
        await admin.patch(f"/v1/members/{await me(owner)}", {"role": "viewer"}),
        await admin.delete(f"/v1/members/{await me(owner)}"),
        await admin.post("/v1/invites", {"email": "x@example.com", "role": "owner"}),
    ):
        assert problem(answer) == (403, "role_forbidden")


async def test_a_key_gives_no_role_beyond_its_scopes(join: Join, tenant: Tenant) -> None:
    await join(tenant, Role.OWNER)
    editor = await join(tenant, Role.EDITOR)
    reads = {scope for scope in Permission if scope.endswith(":read")}
    client = await tenant.client({Permission.WORKSPACE_ADMIN, *reads})
    invite = {"email": "x@example.com", "role": "editor"}
    assert problem(await client.post("/v1/invites", json=invite)) == (403, "role_forbidden")
    where = f"/v1/members/{await me(editor)}"
    answer = await client.patch(where, json={"role": "viewer"})
    assert problem(answer) == (403, "role_forbidden")
    whole = await tenant.client()
    owner = {"email": "x@example.com", "role": "owner"}
    assert problem(await whole.post("/v1/invites", json=owner)) == (403, "role_forbidden")


async def test_a_changed_role_counts_at_once(join: Join, tenant: Tenant) -> None:
    owner, editor = await join(tenant, Role.OWNER), await join(tenant, Role.EDITOR)
    code = {"destination_url": "https://example.com"}
    assert (await editor.post("/v1/qr-codes", code)).status_code == 201
    await owner.patch(f"/v1/members/{await me(editor)}", {"role": "viewer"})
    assert problem(await editor.post("/v1/qr-codes", code)) == (403, "missing_scope")


async def test_the_last_owner_stays(join: Join, tenant: Tenant) -> None:
    owner = await join(tenant, Role.OWNER)
    await join(tenant, Role.ADMIN)
    own = f"/v1/members/{await me(owner)}"
    assert problem(await owner.patch(own, {"role": "admin"})) == (409, "last_owner")
    assert problem(await owner.delete(own)) == (409, "last_owner")
    assert (await owner.get("/v1/me")).json()["role"] == "owner"


Blow = Callable[[Transaction, Principal, Principal], Awaitable[object]]
BLOWS: dict[str, Blow] = {
    "leave": lambda conn, one, _: service.remove(conn, one, usr(one.id), NOW),
    "step down": lambda conn, one, _: service.change_role(conn, one, usr(one.id), Role.ADMIN, NOW),
    "demote the other": lambda conn, one, other: service.change_role(
        conn, one, usr(other.id), Role.ADMIN, NOW
    ),
}


@pytest.mark.parametrize("blow", BLOWS)
async def test_of_the_last_two_owners_at_once_one_stays(
    join: Join, tenant: Tenant, database: Database, blow: str
) -> None:
    """The second decides while the first has not committed yet."""
    one, other = [owner_of(tenant, await me(await join(tenant, Role.OWNER, e))) for e in TWO]

    async def second() -> None:
        async with tenant.deps.db.transaction(tenant.id) as conn:
            await BLOWS[blow](conn, other, one)

    async with tenant.deps.db.transaction(tenant.id) as conn:
        await BLOWS[blow](conn, one, other)
        racing = asyncio.create_task(second())
        await eventually(lambda: waits_or_done(database, racing))
    with pytest.raises(Conflict) as refused:
        await racing
    assert refused.value.code == "last_owner"
    left = await tenant.row("SELECT count(*) FROM members WHERE role = 'owner'")
    assert left["count"] == 1


async def waits_or_done(database: Database, task: asyncio.Task[None]) -> bool:
    conn = await asyncpg.connect(database.superuser_dsn)
    try:
        waits: bool = await conn.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
    finally:
        await conn.close()
    return waits or task.done()


def owner_of(tenant: Tenant, id: str) -> Principal:
    return Principal(
        kind="user",
        id=id,
        name="Owner",
        workspace=tenant.id,
        mode="live",
        scopes=ROLE_SCOPES[Role.OWNER],
        role=Role.OWNER,
        plan=SELF_HOSTED,
    )


def usr(id: str) -> UUID:
    uuid = read_id("usr", id)
    assert uuid is not None
    return uuid


async def test_anybody_may_leave(join: Join, tenant: Tenant) -> None:
    await join(tenant, Role.OWNER)
    viewer = await join(tenant, Role.VIEWER)
    assert (await viewer.delete(f"/v1/members/{await me(viewer)}")).status_code == 204
    answer = await viewer.get("/v1/me", Quietzone_Workspace=tenant.text)
    assert problem(answer) == (404, "not_found")


async def test_members_of_another_workspace_are_absent(
    join: Join, tenant: Tenant, make_tenant: MakeTenant
) -> None:
    other = await make_tenant()
    stranger = await join(other, Role.OWNER, "stranger@example.com")
    owner = await join(tenant, Role.OWNER)
    where = f"/v1/members/{await me(stranger)}"
    for path in (where, "/v1/members/usr_x", "/v1/members/key_x"):
        assert problem(await owner.patch(path, {"role": "viewer"})) == (404, "not_found")
        assert problem(await owner.delete(path)) == (404, "not_found")
    assert "stranger@example.com" not in (await owner.get("/v1/members")).text


async def test_a_test_key_has_no_hand_in_people(join: Join, tenant: Tenant) -> None:
    viewer = await join(tenant, Role.VIEWER)
    client = await tenant.client(mode="test")
    where = f"/v1/members/{await me(viewer)}"
    for answer in (
        await client.get("/v1/members"),
        await client.patch(where, json={"role": "editor"}),
        await client.delete(where),
        await client.post("/v1/invites", json={"email": "x@example.com", "role": "viewer"}),
    ):
        assert problem(answer) == (403, "live_key_required")


async def test_who_goes_takes_their_open_invites_along(join: Join, tenant: Tenant) -> None:
    owner, admin = await join(tenant, Role.OWNER), await join(tenant, Role.ADMIN)
    await admin.post("/v1/invites", {"email": "x@example.com", "role": "admin"})
    await owner.post("/v1/invites", {"email": "y@example.com", "role": "owner"})
    await owner.patch(f"/v1/members/{await me(admin)}", {"role": "editor"})
    left = (await owner.get("/v1/invites")).json()["data"]
    assert [each["email"] for each in left] == ["y@example.com"]
