"""Who is let in, and what a key can make of itself."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from qz_api.callers.permissions import PRESETS, Permission
from qz_common.ids import new_api_key, new_uuid, show_id
from tests.api.conftest import BASE, MakeTenant, Tenant

LEAST = {"destination_url": "https://example.com"}


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


async def test_no_key_is_told_how_to_send_one(anonymous: httpx.AsyncClient) -> None:
    answer = await anonymous.get("/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "missing_key")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "value",
    [
        "Bearer",
        "Bearer ",
        "Basic dXNlcjpwYXNz",
        "Bearer qz_live_short",
        "Bearer " + "x" * 5000,
        "Bearer qz_live_" + "A" * 46,
        "Bearer \xff\xfe",
    ],
)
async def test_what_is_no_key_is_refused(anonymous: httpx.AsyncClient, value: str) -> None:
    headers = {"Authorization": value.encode("latin-1")}
    answer = await anonymous.get("/v1/me", headers=headers)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_key")


async def test_a_key_that_we_never_made_is_refused(anonymous: httpx.AsyncClient) -> None:
    answer = await anonymous.get("/v1/me", headers=bearer(new_api_key("live").text))
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_key")


async def test_a_wrong_secret_behind_a_known_id_is_refused_and_charges_nothing(
    anonymous: httpx.AsyncClient, tenant: Tenant
) -> None:
    text = await tenant.key()
    forged = new_api_key("live")
    forged = type(forged)("live", text[8:16], forged.secret)
    answer = await anonymous.get("/v1/me", headers=bearer(forged.text))
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_key")
    assert await tenant.row("SELECT FROM usage_months") is None


async def test_a_bad_checksum_never_reaches_postgres(
    anonymous: httpx.AsyncClient, tenant: Tenant, deps: object
) -> None:
    text = await tenant.key()
    other = "0" if text[-1] != "0" else "1"
    await tenant.deps.db.close()
    answer = await anonymous.get("/v1/me", headers=bearer(text[:-1] + other))
    assert answer.status_code == 401


@pytest.mark.parametrize("name", ["key", "api_key", "anything"])
async def test_a_key_in_the_query_is_refused(
    anonymous: httpx.AsyncClient, tenant: Tenant, name: str
) -> None:
    text = await tenant.key()
    answer = await anonymous.get("/v1/me", params={name: text}, headers=bearer(text))
    assert (answer.status_code, answer.json()["code"]) == (400, "key_in_query")
    assert text not in answer.text


async def test_two_authorization_headers_are_malformed(
    anonymous: httpx.AsyncClient, tenant: Tenant
) -> None:
    text = await tenant.key()
    headers = [("Authorization", f"Bearer {text}"), ("Authorization", "Bearer x")]
    assert (await anonymous.get("/v1/me", headers=headers)).status_code == 400


async def test_me_tells_who_the_key_is(tenant: Tenant) -> None:
    client = await tenant.client("read_only", mode="test")
    me = (await client.get("/v1/me")).json()
    assert (me["workspace"]["id"], me["mode"]) == (tenant.text, "test")
    assert set(me["scopes"]) == PRESETS["read_only"]


async def test_a_revoked_key_is_refused_at_once(api: httpx.AsyncClient, tenant: Tenant) -> None:
    made = (await api.post("/v1/api-keys", json={"preset": "read_only"})).json()
    other = httpx.AsyncClient(
        transport=httpx.ASGITransport(app=tenant.app), base_url=BASE, headers=bearer(made["key"])
    )
    assert (await other.get("/v1/me")).status_code == 200
    assert (await api.delete(f"/v1/api-keys/{made['id']}")).status_code == 200
    answer = await other.get("/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "revoked_key")


async def test_an_expired_key_is_refused(tenant: Tenant, anonymous: httpx.AsyncClient) -> None:
    text = await tenant.key()
    await tenant.row(
        "UPDATE api_keys SET expires_at = now() - interval '1 s' WHERE public_id = $1", text[8:16]
    )
    answer = await anonymous.get("/v1/me", headers=bearer(text))
    assert (answer.status_code, answer.json()["code"]) == (401, "expired_key")


async def test_a_rolled_key_works_on_for_the_overlap(
    api: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    made = (await api.post("/v1/api-keys", json={"scopes": ["qr:read"]})).json()
    path = f"/v1/api-keys/{made['id']}/roll"
    rolled = (await api.post(path, json={"overlap_seconds": 3600})).json()
    assert (rolled["replaces"], rolled["scopes"]) == (made["id"], ["qr:read"])
    for text in (made["key"], rolled["key"]):
        assert (await anonymous.get("/v1/me", headers=bearer(text))).status_code == 200
    again = (
        await api.post(f"/v1/api-keys/{rolled['id']}/roll", json={"overlap_seconds": 0})
    ).json()
    assert (await anonymous.get("/v1/me", headers=bearer(rolled["key"]))).status_code == 401
    assert (await anonymous.get("/v1/me", headers=bearer(again["key"]))).status_code == 200


async def test_the_clear_key_is_nowhere_in_postgres(api: httpx.AsyncClient, tenant: Tenant) -> None:
    answer = await api.post(
        "/v1/api-keys", json={"preset": "read_only"}, headers={"Idempotency-Key": "once"}
    )
    secret = answer.json()["key"]
    assert re.fullmatch(r"qz_live_[0-9A-Za-z]{46}", secret)
    for table in ("api_keys", "idempotency_keys"):
        for row in await tenant.rows(f"SELECT t::text AS whole FROM {table} t"):
            assert secret[16:48] not in row["whole"]
            assert secret[16:48].encode().hex() not in row["whole"]
    replay = await api.post(
        "/v1/api-keys", json={"preset": "read_only"}, headers={"Idempotency-Key": "once"}
    )
    assert replay.json()["key"] == secret


async def test_a_key_never_grants_more_than_it_has(tenant: Tenant) -> None:
    client = await tenant.client([Permission.KEYS_ADMIN, Permission.QR_READ])
    asked = {"scopes": ["qr:write"]}
    answer = await client.post("/v1/api-keys", json=asked)
    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")
    same = await client.post("/v1/api-keys", json={})
    assert same.json()["scopes"] == ["keys:admin", "qr:read"]


async def test_a_test_key_makes_no_live_key(tenant: Tenant) -> None:
    client = await tenant.client(mode="test")
    answer = await client.post("/v1/api-keys", json={"mode": "live"})
    assert (answer.status_code, answer.json()["code"]) == (403, "live_key_required")


async def test_a_plan_without_live_keys_has_none(make_tenant: MakeTenant) -> None:
    tenant = await make_tenant("starter")
    client = await tenant.client(mode="test")
    answer = await client.post("/v1/api-keys", json={"mode": "live"})
    assert answer.status_code == 403


async def test_a_key_that_is_over_before_it_begins_is_refused(api: httpx.AsyncClient) -> None:
    past = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    answer = await api.post("/v1/api-keys", json={"expires_at": past})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_expires_at")


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
async def test_a_reading_key_changes_nothing(tenant: Tenant, method: str) -> None:
    writer, reader = await tenant.client(), await tenant.client("read_only")
    made = await writer.post("/v1/qr-codes", json=LEAST)
    path = "/v1/qr-codes" if method == "POST" else made.headers["location"]
    answer = await reader.request(method, path, json=None if method == "DELETE" else LEAST)
    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")


async def test_test_and_live_do_not_see_each_other(tenant: Tenant) -> None:
    live, test = await tenant.client(), await tenant.client(mode="test")
    where = (await live.post("/v1/qr-codes", json=LEAST)).headers["location"]
    assert (await test.get(where)).status_code == 404
    assert (await test.get("/v1/qr-codes")).json()["data"] == []


async def test_keys_of_another_workspace_are_absent(
    api: httpx.AsyncClient, make_tenant: MakeTenant
) -> None:
    made = (await api.post("/v1/api-keys", json={})).json()
    stranger = await (await make_tenant()).client()
    assert (await stranger.delete(f"/v1/api-keys/{made['id']}")).status_code == 404
    listed = (await stranger.get("/v1/api-keys")).json()["data"]
    assert made["id"] not in {key["id"] for key in listed}


async def test_last_use_is_noted(api: httpx.AsyncClient) -> None:
    await api.get("/v1/me")
    listed = (await api.get("/v1/api-keys")).json()["data"]
    assert listed[0]["last_used_at"] is not None


async def test_a_new_key_is_found_where_its_location_says(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    made = await api.post("/v1/api-keys", json={"preset": "read_only"})
    found = await api.get(made.headers["location"])
    assert found.json() == {name: made.json()[name] for name in found.json()}
    assert "key" not in found.json()
    test = await tenant.client(mode="test")
    assert (await test.get(made.headers["location"])).status_code == 404


async def test_rights_are_said_once(api: httpx.AsyncClient) -> None:
    answer = await api.post("/v1/api-keys", json={"preset": "admin", "scopes": ["qr:read"]})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "given_twice")


@pytest.mark.parametrize("end", [None, "2098-01-01T00:00:00.000Z"])
async def test_a_key_that_is_rolled_again_gives_one_with_the_end_of_the_first(
    end: str | None, api: httpx.AsyncClient
) -> None:
    made = (await api.post("/v1/api-keys", json={"expires_at": end})).json()
    path = f"/v1/api-keys/{made['id']}"
    for overlap in (60, 2_592_000):
        rolled = await api.post(f"{path}/roll", json={"overlap_seconds": overlap})
        assert (rolled.status_code, rolled.json()["expires_at"]) == (201, end)
    kept = datetime.fromisoformat((await api.get(path)).json()["expires_at"])
    assert kept <= datetime.now(UTC) + timedelta(seconds=60)


async def test_keys_are_listed_by_who_made_them(tenant: Tenant) -> None:
    admin, other = await tenant.client(), await tenant.client()
    made = (await admin.post("/v1/api-keys", json={})).json()
    (await other.post("/v1/api-keys", json={})).raise_for_status()
    query = {"created_by": made["created_by"], "include": "total"}
    listed = (await other.get("/v1/api-keys", params=query)).json()
    assert ([each["id"] for each in listed["data"]], listed["total"]) == ([made["id"]], 1)
    wrong = await other.get("/v1/api-keys", params={"created_by": "me"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "?created_by")


@pytest.mark.parametrize(
    ("named", "status", "code"),
    [
        ({"Quietzone-Mode": "test"}, 400, "invalid_mode"),
        ({"Quietzone-Mode": "foo"}, 400, "invalid_mode"),
        ({"Quietzone-Workspace": show_id("ws", new_uuid())}, 404, "not_found"),
        ({"Quietzone-Workspace": "mine"}, 404, "not_found"),
    ],
    ids=["another mode", "no mode", "another workspace", "no workspace"],
)
async def test_a_key_serves_no_other_mode_or_workspace_than_its_own(
    named: dict[str, str], status: int, code: str, api: httpx.AsyncClient, tenant: Tenant
) -> None:
    answer = await api.post("/v1/links", json=LEAST, headers=named)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    own = {"Quietzone-Mode": "live", "Quietzone-Workspace": tenant.text}
    assert (await api.post("/v1/links", json=LEAST, headers=own)).status_code == 201
