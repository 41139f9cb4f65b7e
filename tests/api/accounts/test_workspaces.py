"""Settings of a workspace, and workspaces of a user."""

import asyncio

import httpx
import pytest

from qz_api.accounts.roles import Role
from qz_api.accounts.workspaces.service import MAX_OWNED
from tests.api.accounts.conftest import Join
from tests.api.conftest import Tenant
from tests.fixtures.browser import Browser, problem


async def test_settings_are_kept_in_canonical_form(api: httpx.AsyncClient) -> None:
    body = {
        "name": "Shop",
        "timezone": "Europe/Lisbon",
        "allowed_domains": ["Shop.Example", "*.example.com", "bücher.example", "shop.example."],
        "blocked_domains": ["evil.example:443"],
        "allow_private_destinations": True,
    }
    answer = await api.patch("/v1/workspace", json=body)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert shown["allowed_domains"] == ["example.com", "shop.example", "xn--bcher-kva.example"]
    assert shown["blocked_domains"] == ["evil.example"]
    assert (shown["timezone"], shown["allow_private_destinations"]) == ("Europe/Lisbon", True)
    assert (await api.get("/v1/workspace")).json() == shown


async def test_what_is_not_named_stays(api: httpx.AsyncClient) -> None:
    await api.patch("/v1/workspace", json={"timezone": "Asia/Tokyo", "blocked_domains": ["a.test"]})
    shown = (await api.patch("/v1/workspace", json={"name": "New"})).json()
    assert (shown["name"], shown["timezone"], shown["blocked_domains"]) == (
        "New",
        "Asia/Tokyo",
        ["a.test"],
    )


async def test_all_that_is_wrong_is_told_at_once(api: httpx.AsyncClient) -> None:
    body = {
        "timezone": "Mars/Olympus",
        "allowed_domains": ["fine.example", "not a domain"],
        "blocked_domains": ["http://x/"],
    }
    answer = await api.patch("/v1/workspace", json=body)
    assert answer.status_code == 422
    pointers = {each["pointer"] for each in answer.json()["errors"]}
    assert pointers == {"/timezone", "/allowed_domains/1", "/blocked_domains/0"}


@pytest.mark.parametrize(
    "body",
    [{"name": None}, {"timezone": ""}, {"plan": "business"}, {"id": "ws_x"}, {"name": "a\nb"},
     {"allowed_domains": ["a.test"] * 501}, {"suspended_at": None}, {"blocked_domains": "a.test"}],
    ids=lambda body: next(iter(body)),
)  # fmt: skip
async def test_what_a_caller_may_not_say_is_refused(
    api: httpx.AsyncClient, body: dict[str, object]
) -> None:
    before = (await api.get("/v1/workspace")).json()
    assert (await api.patch("/v1/workspace", json=body)).status_code == 422
    assert (await api.get("/v1/workspace")).json() == before


async def test_a_change_to_another_version_is_refused(api: httpx.AsyncClient) -> None:
    tag = (await api.get("/v1/workspace")).headers["etag"]
    first = await api.patch("/v1/workspace", json={"name": "A"}, headers={"If-Match": tag})
    second = await api.patch("/v1/workspace", json={"name": "B"}, headers={"If-Match": tag})
    assert (first.status_code, second.status_code) == (200, 412)


async def test_a_workspace_held_by_somebody_else_for_long_is_a_503(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    async with tenant.deps.db.transaction(tenant.id) as conn:
        await conn.execute("SELECT id FROM workspaces FOR NO KEY UPDATE")
        answer = await api.patch("/v1/workspace", json={"name": "x"})
    assert problem(answer) == (503, "database_busy")
    assert answer.headers["retry-after"] == "1"


async def test_a_test_key_changes_no_workspace(tenant: Tenant) -> None:
    client = await tenant.client(mode="test")
    answer = await client.patch("/v1/workspace", json={"name": "x"})
    assert problem(answer) == (403, "live_key_required")


async def test_a_user_makes_and_lists_workspaces(browser: Browser) -> None:
    await browser.sign_up("sam@example.com", workspace_name="First")
    made = await browser.post("/v1/workspaces", {"name": "Second"})
    assert made.status_code == 201
    first = (await browser.get("/v1/workspaces?limit=1&include=total")).json()
    assert (first["data"][0]["id"], first["total"]) == (made.json()["id"], 2)
    cursor = first["next_cursor"]
    second = (await browser.get(f"/v1/workspaces?limit=1&cursor={cursor}")).json()
    assert [each["name"] for each in second["data"]] == ["First"]
    shown = await browser.get("/v1/workspace", Quietzone_Workspace=made.json()["id"])
    assert shown.json()["name"] == "Second"


async def test_somebody_elses_cursor_is_refused(join: Join, tenant: Tenant) -> None:
    one = await join(tenant, Role.EDITOR)
    two = await join(tenant, Role.VIEWER)
    cursor = (await one.get("/v1/workspaces?limit=1")).json()["next_cursor"]
    answer = await two.get(f"/v1/workspaces?limit=1&cursor={cursor}")
    assert problem(answer) == (422, "invalid_cursor")


async def test_a_user_owns_no_more_than_so_many(browser: Browser) -> None:
    await browser.sign_up("sam@example.com")
    asked = (browser.post("/v1/workspaces", {"name": "x"}) for _ in range(MAX_OWNED + 2))
    answers = await asyncio.gather(*asked)
    made = [answer for answer in answers if answer.status_code == 201]
    assert len(made) == MAX_OWNED - 1
    refused = {problem(answer) for answer in answers if answer.status_code != 201}
    assert refused == {(409, "too_many_workspaces")}


class TestClosed:
    async def test_a_guest_makes_no_workspace_where_sign_up_is_closed(
        self, api: httpx.AsyncClient, browser: Browser
    ) -> None:
        made = await api.post("/v1/invites", json={"email": "kim@example.com", "role": "editor"})
        token = made.json()["url"].partition("#invite=")[2]
        assert (await browser.sign_up("kim@example.com", invite_token=token)).status_code == 201
        answer = await browser.post("/v1/workspaces", {"name": "Mine"})
        assert problem(answer) == (403, "signup_closed")

    @pytest.fixture
    def api_environment(self, api_environment: dict[str, str]) -> dict[str, str]:
        return {**api_environment, "OPEN_SIGNUP": "false"}
