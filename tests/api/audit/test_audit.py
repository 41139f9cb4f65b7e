"""Who changed what: the log, its filters, and that nobody can rewrite it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from qz_api.audit import service as audit
from qz_api.callers.permissions import Permission
from qz_api.callers.plans import SELF_HOSTED
from qz_api.callers.principal import Principal
from qz_api.deps import Deps
from qz_common.errors import Conflict
from tests.api.conftest import MakeTenant, Tenant


def principal(tenant: Tenant) -> Principal:
    return Principal(
        kind="user",
        id="usr_x",
        name="Sam",
        workspace=tenant.id,
        mode="live",
        scopes=frozenset(Permission),
        plan=SELF_HOSTED,
        request_id="req_1",
    )


async def log(api: httpx.AsyncClient, **query: str) -> list[dict[str, Any]]:
    answer = await api.get("/v1/audit-log", params=query)
    assert answer.status_code == 200, answer.text
    entries: list[dict[str, Any]] = answer.json()["data"]
    return entries


async def test_a_key_is_told_from_making_to_revoking(api: httpx.AsyncClient) -> None:
    me = (await api.get("/v1/me")).json()
    asked = {"X-Request-Id": "mine-1"}
    made = (await api.post("/v1/api-keys", json={"name": "Shop"}, headers=asked)).json()
    rolled = (await api.post(f"/v1/api-keys/{made['id']}/roll", json={})).json()
    await api.delete(f"/v1/api-keys/{rolled['id']}")
    entries = await log(api, action="key")
    assert [each["action"] for each in entries] == [
        "key.revoked",
        "key.rolled",
        "key.created",
        "key.created",
    ]
    created = entries[-1]
    assert created["actor"] == {"kind": "key", "id": me["id"], "name": me["name"]}
    assert (created["object_id"], created["request_id"]) == (made["id"], "mine-1")
    assert created["before"] is None
    assert created["after"]["name"] == "Shop"
    assert list(entries[0]["after"]) == ["revoked_at"]
    assert list(entries[1]["after"]) == ["expires_at"]


async def test_no_key_ever_stands_in_the_log(api: httpx.AsyncClient, tenant: Tenant) -> None:
    made = (await api.post("/v1/api-keys", json={"name": "Shop"})).json()
    rows = await tenant.rows("SELECT * FROM audit_log")
    assert rows
    assert made["key"] not in repr(rows)
    assert made["key"] not in (await api.get("/v1/audit-log")).text


async def test_only_what_changed_is_told(api: httpx.AsyncClient) -> None:
    await api.patch("/v1/workspace", json={"timezone": "Asia/Tokyo", "name": "Test"})
    [entry] = await log(api, action="workspace.updated")
    assert (entry["before"], entry["after"]) == ({"timezone": "UTC"}, {"timezone": "Asia/Tokyo"})


async def test_a_change_that_changes_nothing_is_not_told(api: httpx.AsyncClient) -> None:
    await api.patch("/v1/workspace", json={"name": "Test"})
    assert await log(api) == []


async def test_secrets_are_hidden_at_any_depth(api: httpx.AsyncClient, tenant: Tenant) -> None:
    before = {
        "password_hash": "$scrypt$old",
        "content": {"kind": "wifi", "Password": "hunter2", "parts": [{"client_secret": "s3"}]},
        "note": "made with qz_live_abcdefgh" + "0" * 38,
        "sealed": b"bytes",
        "name": "same",
    }
    after = {**before, "password_hash": "", "content": {"kind": "url"}, "note": "", "sealed": b""}
    async with tenant.deps.db.transaction(tenant.id) as conn:
        await audit.record(conn, principal(tenant), "link.updated", "lnk_x", before, after)
    [entry] = await log(api)
    assert entry["before"] == {
        "password_hash": "[secret]",
        "content": {
            "kind": "wifi",
            "Password": "[secret]",
            "parts": [{"client_secret": "[secret]"}],
        },
        "note": "made with qz_live_abcdefgh…",
        "sealed": "[secret]",
    }
    assert entry["after"] == {
        "password_hash": None,
        "content": {"kind": "url"},
        "note": "",
        "sealed": None,
    }


async def test_a_large_value_is_cut(api: httpx.AsyncClient, tenant: Tenant) -> None:
    async with tenant.deps.db.transaction(tenant.id) as conn:
        fields = {"blocks": ["x" * 100] * 100, "id": tenant.id, "at": datetime.now(UTC)}
        await audit.record(conn, principal(tenant), "landing_page.created", "pg_x", None, fields)
    [entry] = await log(api)
    assert entry["after"]["blocks"] == "[10301 bytes]"
    assert entry["after"]["id"] == str(tenant.id)


async def test_rows_of_postgres_are_taken_as_they_are(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    async with tenant.deps.db.transaction(tenant.id) as conn:
        row = await conn.fetchrow("SELECT id, name, plan_overrides, created_at FROM workspaces")
        await audit.record_all(
            conn, principal(tenant), "qr.created", [("qr_1", None, row), ("qr_2", row, None)]
        )
    second, first = await log(api)
    assert (first["after"]["name"], second["after"]) == ("Test", None)


async def test_the_entry_is_gone_with_a_change_that_failed(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    async def fails() -> None:
        async with tenant.deps.db.transaction(tenant.id) as conn:
            await audit.record(conn, principal(tenant), "link.updated", "lnk_x", None, {"a": 1})
            raise Conflict("no")

    with pytest.raises(Conflict):
        await fails()
    assert await log(api) == []


@pytest.mark.parametrize(
    "sql", ["UPDATE audit_log SET actor_id = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"]
)
async def test_the_log_can_not_be_rewritten(
    api: httpx.AsyncClient, tenant: Tenant, sql: str
) -> None:
    await api.post("/v1/api-keys", json={})
    async with tenant.deps.db.transaction(tenant.id) as conn:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute(sql)
    async with tenant.deps.db.system() as conn:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute(sql)


async def test_the_log_is_filtered(api: httpx.AsyncClient, tenant: Tenant, deps: Deps) -> None:
    start = datetime.now(UTC)
    made = (await api.post("/v1/api-keys", json={})).json()
    await api.patch("/v1/workspace", json={"name": "Other"})
    me = (await api.get("/v1/me")).json()["id"]
    assert len(await log(api)) == 2
    assert [each["object_id"] for each in await log(api, object=made["id"])] == [made["id"]]
    assert [each["action"] for each in await log(api, action="key.created")] == ["key.created"]
    assert len(await log(api, actor=me)) == 2
    assert await log(api, actor="usr_x") == []
    late = (start + timedelta(minutes=1)).isoformat()
    assert await log(api, **{"from": late}) == []
    assert len(await log(api, **{"from": start.isoformat(), "to": late})) == 2
    assert await log(api, to=start.isoformat()) == []


async def test_the_log_is_paged(api: httpx.AsyncClient) -> None:
    for number in range(5):
        await api.patch("/v1/workspace", json={"name": f"Name {number}"})
    seen: list[str] = []
    query: dict[str, str] = {"limit": "2", "include": "total"}
    while True:
        page = (await api.get("/v1/audit-log", params=query)).json()
        assert page["total"] == 5
        seen += [each["after"]["name"] for each in page["data"]]
        if not page["has_more"]:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == [f"Name {number}" for number in (4, 3, 2, 1, 0)]
    other = {"limit": "2", "action": "workspace", "cursor": query["cursor"]}
    assert (await api.get("/v1/audit-log", params=other)).status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "to=2026",
        "action=",
        "action=nope",
        "action=ke",
        "action=key.nope",
        "object=menu",
        "since=2026-01-01",
        "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
    ],
)
async def test_a_bad_filter_is_refused(api: httpx.AsyncClient, query: str) -> None:
    assert (await api.get(f"/v1/audit-log?{query}")).status_code == 422


async def test_test_and_live_are_told_apart(api: httpx.AsyncClient, tenant: Tenant) -> None:
    test = await tenant.client(mode="test")
    await test.post("/v1/api-keys", json={"name": "of test"})
    await api.post("/v1/api-keys", json={"name": "of live"})
    assert [each["after"]["name"] for each in await log(test)] == ["of test"]
    assert [each["after"]["name"] for each in await log(api)] == ["of live"]


async def test_another_workspace_sees_nothing(
    api: httpx.AsyncClient, make_tenant: MakeTenant
) -> None:
    made = (await api.post("/v1/api-keys", json={})).json()
    stranger = await (await make_tenant()).client()
    assert await log(stranger) == []
    assert await log(stranger, object=made["id"]) == []
