"""Saved looks."""

from uuid import UUID

import httpx
import pytest

from qz_api.deps import Deps
from qz_api.styles import lookup
from qz_common.ids import read_id
from tests.api.conftest import MakeTenant, Tenant

BRAND = {"name": "Brand", "style": {"modules": "rounded", "foreground": "#111827"}}


async def saved(api: httpx.AsyncClient, **fields: object) -> httpx.Response:
    answer = await api.post("/v1/styles", json={**BRAND, **fields})
    assert answer.status_code == 201, answer.text
    return answer


async def test_a_look_is_saved_and_shown(api: httpx.AsyncClient) -> None:
    made = await saved(api)
    assert made.json()["style"] == BRAND["style"]
    assert made.headers["location"] == f"/v1/styles/{made.json()['id']}"
    assert (await api.get(made.headers["location"])).json() == made.json()


async def test_a_patch_changes_the_fields_it_names(api: httpx.AsyncClient) -> None:
    made = await saved(api)
    path, tag = made.headers["location"], made.headers["etag"]
    body = {"name": "New", "style": {"modules": None, "quiet_zone": 2}}
    changed = await api.patch(path, json=body, headers={"If-Match": tag})
    assert changed.status_code == 200, changed.text
    assert changed.json()["name"] == "New"
    assert changed.json()["style"] == {"foreground": "#111827", "quiet_zone": 2}
    stale = await api.patch(path, json=body, headers={"If-Match": tag})
    assert stale.status_code == 412


async def test_a_deleted_look_is_gone_and_codes_keep_theirs(
    api: httpx.AsyncClient, deps: Deps, tenant: Tenant
) -> None:
    made = await saved(api)
    id = read_id("sty", made.json()["id"])
    assert isinstance(id, UUID)
    async with deps.db.transaction(tenant.id) as conn:
        assert await lookup.looks(conn, tenant.id, "live", [id]) == {id: BRAND["style"]}
        assert await lookup.looks(conn, tenant.id, "test", [id]) == {}
    code = await api.post(
        "/v1/qr-codes",
        json={"destination_url": "https://example.com", "style_id": made.json()["id"]},
    )
    assert code.status_code == 201, code.text
    assert code.json()["style"]["modules"] == "rounded"
    assert (await api.delete(made.headers["location"])).status_code == 204
    assert (await api.get(made.headers["location"])).status_code == 404
    kept = (await api.get(f"/v1/qr-codes/{code.json()['id']}")).json()
    assert kept["style"] == code.json()["style"]


async def test_looks_are_listed_by_workspace_and_page(
    api: httpx.AsyncClient, make_tenant: MakeTenant
) -> None:
    for name in ("one", "two", "three"):
        await saved(api, name=name)
    first = (await api.get("/v1/styles", params={"limit": 2, "include": "total"})).json()
    assert ([each["name"] for each in first["data"]], first["total"]) == (["three", "two"], 3)
    rest = (await api.get("/v1/styles", params={"cursor": first["next_cursor"]})).json()
    assert [each["name"] for each in rest["data"]] == ["one"]
    stranger = await (await make_tenant()).client()
    assert (await stranger.get("/v1/styles")).json()["data"] == []


async def test_a_preview_shows_the_look(api: httpx.AsyncClient) -> None:
    made = await saved(api)
    answer = await api.get(made.headers["location"] + "/preview", params={"format": "svg"})
    assert answer.headers["content-type"] == "image/svg+xml"
    assert b"#111827" in answer.content
    bad = await api.get(made.headers["location"] + "/preview", params={"size": 1})
    assert bad.json()["errors"][0]["pointer"] == "?size"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "x", "style": {"modules": "stars"}}, "/style/modules"),
        ({"name": "x", "style": {"foreground": "red;}*{"}}, "/style/foreground"),
        ({"name": "x", "style": {"logo_id": "pic_zzz"}}, "/style/logo_id"),
        ({"name": "x", "style": "dots"}, "/style"),
        ({"name": "x", "style": {"sparkle": 1}}, "/style/sparkle"),
        ({"name": ""}, "/name"),
        ({"style": {}}, "/name"),
        ({"name": "x", "workspace_id": "ws_x"}, "/workspace_id"),
    ],
)
async def test_a_bad_look_is_named(
    body: dict[str, object], pointer: str, api: httpx.AsyncClient
) -> None:
    answer = await api.post("/v1/styles", json=body)
    assert answer.status_code == 422, answer.text
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


async def test_an_audit_entry_tells_of_each_change(api: httpx.AsyncClient, tenant: Tenant) -> None:
    made = await saved(api)
    await api.patch(made.headers["location"], json={"name": "Other"})
    await api.delete(made.headers["location"])
    rows = await tenant.rows("SELECT action FROM audit_log ORDER BY id")
    assert [row["action"] for row in rows] == ["style.created", "style.updated", "style.deleted"]
