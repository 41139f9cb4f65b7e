"""Becoming a user, and changing a password."""

import asyncio

import pytest

from qz_api.deps import Deps
from tests.fixtures.browser import PASSWORD, Browser, NewBrowser, problem

SAM = "sam@example.com"
OTHER = "ten green bottles, hanging"


async def test_a_new_user_owns_a_workspace_and_is_signed_in(browser: Browser) -> None:
    answer = await browser.sign_up(SAM, workspace_name="Sam's shop")
    assert answer.status_code == 201
    shown = answer.json()
    assert (shown["workspace"]["name"], shown["workspace"]["role"]) == ("Sam's shop", "owner")
    made = await browser.post("/v1/qr-codes", {"destination_url": "https://example.com"})
    assert made.status_code == 201


@pytest.mark.parametrize("again", ["sam@example.com", "SAM@EXAMPLE.COM", "ｓam@example.com"])
async def test_an_email_has_one_user_whatever_its_case(
    browser: Browser, browser_at: NewBrowser, again: str
) -> None:
    await browser.sign_up(SAM)
    other = await browser_at()
    assert problem(await other.sign_up(again)) == (409, "email_taken")
    assert other.cookies == {}


async def test_of_two_at_once_one_becomes_the_user(browser_at: NewBrowser, deps: Deps) -> None:
    browsers = [await browser_at() for _ in range(4)]
    answers = await asyncio.gather(*(each.sign_up(SAM) for each in browsers))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    async with deps.db.system() as conn:
        assert await conn.fetchval("SELECT count(*) FROM workspaces") == 1


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_too_short"),
        ("ninechars", "password_too_short"),
        ("qwertyuiop", "password_too_common"),
        ("Password2026!", "password_too_common"),
        ("1234567890", "password_too_common"),
        ("aaaaaaaaaaaa", "password_too_common"),
        ("sam@example.com", "password_too_common"),
    ],
)
async def test_a_password_that_is_tried_first_is_refused(
    browser: Browser, password: str, code: str
) -> None:
    answer = await browser.sign_up(SAM, password=password)
    assert problem(answer) == (422, code)
    assert answer.json()["errors"][0]["pointer"] == "/password"


@pytest.mark.parametrize("password", ["x" * 257, ""])
async def test_a_password_out_of_bounds_is_refused(browser: Browser, password: str) -> None:
    assert (await browser.sign_up(SAM, password=password)).status_code == 422


@pytest.mark.parametrize(
    "email",
    ["sam", "@example.com", "sam@", "sam@@example.com", "s am@example.com", "sam@127.0.0.1",
     "sam@exa mple.com", "sam\r\nBcc: x@example.com", ".sam@example.com", "a" * 65 + "@x.example"],
)  # fmt: skip
async def test_what_is_no_email_is_refused(browser: Browser, email: str) -> None:
    assert problem(await browser.sign_up(email)) == (422, "invalid_email")


async def test_unknown_fields_are_refused(browser: Browser) -> None:
    answer = await browser.sign_up(SAM, role="owner", plan="business")
    assert {each["code"] for each in answer.json()["errors"]} == {"unknown_field"}


async def test_a_changed_password_ends_every_other_session(
    browser: Browser, browser_at: NewBrowser
) -> None:
    await browser.sign_up(SAM)
    elsewhere = await browser_at()
    await elsewhere.sign_in(SAM)
    before = browser.cookies["qz_session"]
    body = {"current_password": PASSWORD, "password": OTHER}
    assert (await browser.post("/v1/user/password", body)).status_code == 200
    assert browser.cookies["qz_session"] != before
    assert (await browser.patch("/v1/user", {"name": "Sam S."})).json()["name"] == "Sam S."
    assert problem(await elsewhere.get("/v1/session")) == (401, "invalid_session")
    assert problem(await elsewhere.sign_in(SAM)) == (401, "invalid_credentials")
    assert (await elsewhere.sign_in(SAM, OTHER)).status_code == 200


async def test_of_two_password_changes_at_once_one_counts(browser: Browser) -> None:
    await browser.sign_up(SAM)
    bodies = [{"current_password": PASSWORD, "password": f"{OTHER} {n}"} for n in range(2)]
    answers = await asyncio.gather(*(browser.post("/v1/user/password", each) for each in bodies))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[0] == 200
    assert statuses[1] in (401, 409, 422)


async def test_a_new_password_obeys_the_rules(browser: Browser) -> None:
    await browser.sign_up(SAM)
    body = {"current_password": PASSWORD, "password": "qwertyuiop"}
    assert problem(await browser.post("/v1/user/password", body)) == (422, "password_too_common")


class TestClosed:
    @pytest.fixture
    def api_environment(self, api_environment: dict[str, str]) -> dict[str, str]:
        return {**api_environment, "OPEN_SIGNUP": "false"}

    async def test_where_sign_up_is_closed_it_takes_an_invite(
        self, browser: Browser, deps: Deps
    ) -> None:
        assert problem(await browser.sign_up(SAM)) == (403, "signup_closed")
        assert problem(await browser.sign_up(SAM, invite_token="x")) == (404, "not_found")
        async with deps.db.system() as conn:
            assert await conn.fetchval("SELECT count(*) FROM users") == 0
