"""Signing in with e-mail and password, and how sessions end."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from qz_api.accounts.roles import Role
from qz_api.callers.permissions import PRESETS
from qz_api.deps import Deps
from qz_common.clock import FrozenClock
from tests.api.accounts.conftest import Join
from tests.api.conftest import MakeTenant, Tenant
from tests.fixtures.browser import PASSWORD, Browser, NewBrowser, problem

SAM = "sam@example.com"


@pytest.fixture
async def sam(browser_at: NewBrowser) -> Browser:
    browser = await browser_at()
    assert (await browser.sign_up(SAM)).status_code == 201
    return browser


async def test_signing_in_opens_a_session(sam: Browser, browser: Browser) -> None:
    answer = await browser.sign_in(SAM)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["user"]["email"], shown["workspace"]["role"]) == (SAM, "owner")
    assert (await browser.get("/v1/session")).json() == shown
    me = (await browser.get("/v1/me")).json()
    assert (me["kind"], me["id"], me["name"]) == ("user", shown["user"]["id"], "Sam")
    assert (me["mode"], me["role"]) == ("live", "owner")


@pytest.mark.parametrize("spelling", ["SAM@example.com", " sam@EXAMPLE.com ", "Sam@Example.Com."])
async def test_an_email_is_the_same_whatever_its_case(
    sam: Browser, browser: Browser, spelling: str
) -> None:
    assert (await browser.sign_in(spelling)).status_code == 200


async def test_a_password_is_the_same_however_its_accents_are_composed(
    browser: Browser, browser_at: NewBrowser
) -> None:
    await browser.sign_up(SAM, password="caf\u00e9 au lait, s'il vous pla\u00eet")
    other = await browser_at()
    answer = await other.sign_in(SAM, "cafe\u0301 au lait, s'il vous plai\u0302t")
    assert answer.status_code == 200


async def test_signing_out_ends_the_session_in_the_database(sam: Browser) -> None:
    cookies = sam.cookies
    answer = await sam.delete("/v1/session")
    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["set-cookie"]
    sam.client.cookies.update(cookies)
    assert problem(await sam.get("/v1/session")) == (401, "invalid_session")


async def test_a_session_that_rests_too_long_has_ended(sam: Browser, clock: FrozenClock) -> None:
    for _ in range(3):
        clock.advance(timedelta(hours=11))
        assert (await sam.get("/v1/me")).status_code == 200
    clock.advance(timedelta(hours=12, seconds=1))
    answer = await sam.get("/v1/me")
    assert problem(answer) == (401, "expired_session")
    assert "Max-Age=0" in answer.headers["set-cookie"]


async def test_a_session_ends_however_busy_it_is(sam: Browser, clock: FrozenClock) -> None:
    for _ in range(33):
        clock.advance(timedelta(hours=10))
        assert (await sam.get("/v1/me")).status_code == 200
    clock.advance(timedelta(hours=6))
    assert problem(await sam.get("/v1/me")) == (401, "expired_session")


async def test_signing_out_everywhere_ends_every_session(
    sam: Browser, browser: Browser, browser_at: NewBrowser
) -> None:
    await browser.sign_in(SAM)
    stranger = await browser_at()
    await stranger.sign_up("kim@example.com")
    listed = (await browser.get("/v1/sessions")).json()["data"]
    assert [each["current"] for each in listed] == [True, False]
    assert (await browser.delete("/v1/sessions")).json() == {"ended": 2}
    assert problem(await sam.get("/v1/session")) == (401, "invalid_session")
    assert (await stranger.get("/v1/session")).status_code == 200


async def test_one_session_elsewhere_is_ended(sam: Browser, browser: Browser) -> None:
    await browser.sign_in(SAM)
    [_, elsewhere] = (await browser.get("/v1/sessions")).json()["data"]
    where = f"/v1/sessions/{elsewhere['id']}"
    assert (await browser.delete(where)).status_code == 204
    assert problem(await sam.get("/v1/session")) == (401, "invalid_session")
    assert problem(await browser.delete(where)) == (404, "not_found")


async def test_another_users_session_is_absent(sam: Browser, browser: Browser) -> None:
    await browser.sign_up("kim@example.com")
    [theirs] = (await sam.get("/v1/sessions")).json()["data"]
    assert problem(await browser.delete(f"/v1/sessions/{theirs['id']}")) == (404, "not_found")
    assert (await sam.get("/v1/session")).status_code == 200


async def test_sessions_are_paged(sam: Browser, browser_at: NewBrowser) -> None:
    for _ in range(2):
        await (await browser_at()).sign_in(SAM)
    first = (await sam.get("/v1/sessions?limit=2")).json()
    second = (await sam.get(f"/v1/sessions?limit=2&cursor={first['next_cursor']}")).json()
    assert (len(first["data"]), len(second["data"]), second["has_more"]) == (2, 1, False)


async def test_the_header_names_workspace_and_mode(
    join: Join, tenant: Tenant, sam: Browser
) -> None:
    viewer = await join(tenant, Role.VIEWER)
    own = (await viewer.get("/v1/workspaces")).json()["data"][-1]
    assert own["role"] == "owner"
    me = await viewer.get("/v1/me", Quietzone_Workspace=own["id"], Quietzone_Mode="test")
    assert (me.json()["workspace"]["id"], me.json()["mode"]) == (own["id"], "test")
    chosen = await viewer.get("/v1/me")
    assert chosen.json()["workspace"]["id"] == tenant.text
    assert problem(await viewer.get("/v1/me", Quietzone_Mode="prod")) == (400, "invalid_mode")
    assert problem(await sam.get("/v1/me", Quietzone_Workspace=tenant.text)) == (404, "not_found")
    assert problem(await sam.get("/v1/me", Quietzone_Workspace="ws_x")) == (404, "not_found")


async def test_a_workspace_of_others_can_not_be_chosen(sam: Browser, tenant: Tenant) -> None:
    answer = await sam.patch("/v1/session", {"workspace": tenant.text})
    assert problem(answer) == (404, "not_found")


async def test_the_next_sign_in_is_in_the_workspace_chosen_last(
    join: Join, tenant: Tenant, browser: Browser
) -> None:
    await join(tenant, Role.EDITOR, SAM)
    assert (await browser.sign_in(SAM)).json()["workspace"]["id"] == tenant.text


@pytest.mark.parametrize(
    ("role", "preset"),
    [("owner", "admin"), ("admin", "admin"), ("editor", "read_write"), ("viewer", "read_only")],
)
async def test_a_role_has_its_scopes(join: Join, tenant: Tenant, role: str, preset: str) -> None:
    user = await join(tenant, Role(role))
    assert (await user.get("/v1/me")).json()["scopes"] == sorted(PRESETS[preset])


async def test_a_viewer_can_not_write(join: Join, tenant: Tenant) -> None:
    viewer = await join(tenant, Role.VIEWER)
    answer = await viewer.post("/v1/qr-codes", {"destination_url": "https://example.com"})
    assert problem(answer) == (403, "missing_scope")


async def test_session_calls_charge_the_workspace(join: Join, tenant: Tenant) -> None:
    editor = await join(tenant, Role.EDITOR)
    for _ in range(3):
        assert "ratelimit" in (await editor.get("/v1/me")).headers
    row = await tenant.row("SELECT requests FROM usage_months")
    assert row["requests"] == 3


async def test_a_workspace_out_of_calls_can_still_be_signed_out_of(
    join: Join, make_tenant: MakeTenant
) -> None:
    tenant = await make_tenant(requests_per_minute=1)
    editor = await join(tenant, Role.EDITOR)
    assert (await editor.get("/v1/me")).status_code == 200
    assert problem(await editor.get("/v1/me")) == (429, "rate_limited")
    assert (await editor.delete("/v1/session")).status_code == 204


async def test_a_member_who_was_removed_is_out_at_once(join: Join, tenant: Tenant) -> None:
    editor = await join(tenant, Role.EDITOR)
    await tenant.rows("DELETE FROM members")
    answer = await editor.get("/v1/me", Quietzone_Workspace=tenant.text)
    assert problem(answer) == (404, "not_found")


async def test_a_user_without_a_workspace_is_told_so(
    join: Join, tenant: Tenant, deps: Deps
) -> None:
    editor = await join(tenant, Role.EDITOR)
    async with deps.db.system() as conn:
        await conn.execute("DELETE FROM members")
    assert problem(await editor.get("/v1/me")) == (403, "no_workspace")
    assert (await editor.get("/v1/session")).json()["workspace"] is None


async def test_a_disabled_user_is_out_everywhere(
    sam: Browser, browser: Browser, deps: Deps
) -> None:
    async with deps.db.system() as conn:
        await conn.execute("UPDATE users SET disabled_at = now()")
    assert problem(await sam.get("/v1/me")) == (401, "expired_session")
    assert problem(await browser.sign_in(SAM)) == (401, "invalid_credentials")


async def test_a_hash_of_older_strength_is_made_anew_at_sign_in(
    sam: Browser, browser: Browser, deps: Deps
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    async with deps.db.system() as conn:
        await conn.execute("UPDATE user_passwords SET hash = $1", weak)
    assert (await browser.sign_in(SAM)).status_code == 200
    async with deps.db.system() as conn:
        stored = await conn.fetchval("SELECT hash FROM user_passwords")
    assert "m=512" in stored
    assert (await browser.sign_in(SAM)).status_code == 200
