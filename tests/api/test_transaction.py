"""A command begins as late as can be; what it defers is one statement behind its gate."""

from uuid import UUID

import pytest

from qz_api.deferred import Deferred, Gate, Overtaken, defer
from qz_api.transaction import GateHeld, GateShut
from tests.api.conftest import MakeTenant, Tenant

NOTES = Deferred(
    "notes",
    types=("uuid", "text"),
    statements=(
        """INSERT INTO routes (workspace_id, key, value)
           SELECT workspace_id, key, '' FROM {rows} AS given (workspace_id, key)
           RETURNING workspace_id, key""",
        """INSERT INTO outbox (workspace_id, topic, key)
           SELECT workspace_id, 'notes', key FROM {first}""",
    ),
)


def gate(workspace: UUID, key: str) -> Gate:
    insert = """INSERT INTO usage_months (workspace_id, month, requests)
        SELECT id, '2026-05-01', length(key) FROM {rows} AS given (id, key)
        ON CONFLICT DO NOTHING RETURNING true"""
    return Gate("usage_months", insert, ("uuid", "text"), (workspace, key))


async def note(
    tenant: Tenant,
    key: str,
    *,
    behind: Gate | None = None,
    begun: bool = False,
    about: UUID | None = None,
) -> None:
    async with tenant.deps.db.command(tenant.id, behind) as conn:
        assert (await conn.ask("SELECT 1 AS one"))["one"] == 1
        if begun:
            await conn.begin()
        assert conn.begun == begun
        await defer(conn, NOTES, {key: (about or tenant.id, key)})


async def noted(tenant: Tenant) -> list[str]:
    rows = await tenant.rows("SELECT key FROM routes JOIN outbox USING (key) ORDER BY key")
    return [row["key"] for row in rows]


@pytest.mark.parametrize("begun", [False, True])
async def test_what_is_deferred_is_written_with_or_without_a_beginning(
    tenant: Tenant, begun: bool
) -> None:
    await note(tenant, "one", begun=begun)
    await note(tenant, "two", begun=begun, behind=gate(tenant.id, "two"))
    assert await noted(tenant) == ["one", "two"]


@pytest.mark.parametrize("begun", [False, True])
async def test_nothing_happens_behind_a_gate_that_is_shut(tenant: Tenant, begun: bool) -> None:
    await note(tenant, "one", behind=gate(tenant.id, "one"))
    with pytest.raises(GateShut):
        await note(tenant, "two", begun=begun, behind=gate(tenant.id, "two"))
    assert await noted(tenant) == ["one"]


@pytest.mark.parametrize("begun", [False, True])
async def test_a_gate_that_somebody_holds_is_not_waited_for_without_end(
    tenant: Tenant, begun: bool
) -> None:
    async with tenant.deps.db.transaction(tenant.id, gate(tenant.id, "one")):
        with pytest.raises(GateHeld):
            await note(tenant, "two", begun=begun, behind=gate(tenant.id, "two"))
    assert await noted(tenant) == []


async def test_rows_of_others_undo_all_of_it(tenant: Tenant, make_tenant: MakeTenant) -> None:
    stranger = await make_tenant()
    await note(stranger, "taken")
    with pytest.raises(Overtaken):
        await note(tenant, "taken", behind=gate(tenant.id, "taken"))
    assert await tenant.rows("SELECT FROM usage_months") == []


async def test_a_command_sees_no_other_workspace(tenant: Tenant, make_tenant: MakeTenant) -> None:
    stranger = await make_tenant()
    with pytest.raises(Overtaken):
        await note(tenant, "x", about=stranger.id)
    async with tenant.deps.db.connection() as bare:
        assert not await bare.fetchval("SELECT current_setting('app.workspace', true)")
    assert await noted(stranger) == []


async def test_a_command_that_fails_writes_nothing(tenant: Tenant) -> None:
    async def fail() -> None:
        async with tenant.deps.db.command(tenant.id) as conn:
            await conn.ask("SELECT 1")
            await defer(conn, NOTES, {"x": (tenant.id, "x")})
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        await fail()
    assert await noted(tenant) == []
