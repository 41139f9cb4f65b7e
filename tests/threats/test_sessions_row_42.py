"""Row 42: forged requests, planted sessions, cookies of neighbours, guessing of passwords."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import pytest

from qz_api.accounts.attempts.service import SIGN_IN_ACCOUNT, SIGN_IN_NETWORK
from qz_api.app import create_app
from qz_api.deps import Deps, open_deps
from qz_api.settings import ApiSettings
from qz_common.settings import load
from tests.fixtures.browser import (
    BASE,
    PASSWORD,
    QUICK_HASHES,
    Browser,
    NewBrowser,
    open_browser,
    problem,
)
from tests.fixtures.postgres import Database

SAM = "sam@example.com"
SECURE = "https://api.test"
WRONG = "nine green bottles, falling"


@pytest.fixture
def environment(database: Database) -> dict[str, str]:
    return {
        **database.environment,
        **QUICK_HASHES,
        "KEY_PEPPER": "a pepper that only tests use, long enough",
        "INTERNAL_TOKEN": "internal token of the tests",
        "API_URL": BASE,
    }


@pytest.fixture
async def deps(environment: dict[str, str]) -> AsyncIterator[Deps]:
    async with open_deps(load(ApiSettings, environment)) as opened:
        yield opened


@pytest.fixture
async def browser_at(deps: Deps) -> AsyncIterator[NewBrowser]:
    app = create_app(deps)
    async with AsyncExitStack() as stack:

        async def make(address: str = "192.0.2.1", base: str = BASE) -> Browser:
            return await open_browser(app, stack, address, base)

        yield make


@pytest.fixture
async def sam(browser_at: NewBrowser) -> Browser:
    browser = await browser_at()
    assert (await browser.sign_up(SAM)).status_code == 201
    return browser


WRITES = [
    ("POST", "/v1/api-keys", {"name": "stolen"}),
    ("PATCH", "/v1/workspace", {"name": "stolen"}),
    ("POST", "/v1/invites", {"email": "eve@example.com", "role": "owner"}),
    ("POST", "/v1/workspaces", {"name": "stolen"}),
    ("POST", "/v1/user/password", {"current_password": PASSWORD, "password": "stolen, stolen"}),
    ("DELETE", "/v1/session", None),
    ("DELETE", "/v1/sessions", None),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_a_write_without_the_token_of_this_session_is_refused(
    sam: Browser, browser_at: NewBrowser, method: str, path: str, body: object
) -> None:
    eve = await browser_at()
    await eve.sign_up("eve@example.com")
    for forged in ("", "x", eve.csrf, sam.csrf[:-1]):
        answer = await sam.ask(method, path, body, X_CSRF_Token=forged)
        assert problem(answer) == (403, "csrf_failed"), forged
    answer = await sam.client.request(method, path, json=body)
    assert problem(answer) == (403, "csrf_failed")
    assert (await sam.get("/v1/session")).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://api.test.evil.example"},
        {"Origin": "http://evil.example#api.test"},
        {"Sec_Fetch_Site": "cross-site"},
    ],
    ids=repr,
)
async def test_a_page_of_somebody_else_neither_writes_nor_signs_in(
    sam: Browser, browser_at: NewBrowser, headers: dict[str, str]
) -> None:
    answer = await sam.patch("/v1/user", {"name": "Eve"}, **headers)
    assert problem(answer) == (403, "foreign_origin")
    browser = await browser_at()
    answer = await browser.post("/v1/session", {"email": SAM, "password": PASSWORD}, **headers)
    assert problem(answer) == (403, "foreign_origin")
    assert browser.cookies == {}


async def test_our_own_pages_write(sam: Browser) -> None:
    answer = await sam.patch("/v1/user", {"name": "Sam"}, Origin=BASE, Sec_Fetch_Site="same-origin")
    assert answer.status_code == 200


async def test_a_form_can_not_sign_in(sam: Browser, browser_at: NewBrowser) -> None:
    """A form needs no permission to be sent from anywhere; JSON does."""
    browser = await browser_at()
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data"):
        answer = await browser.client.post(
            "/v1/session",
            content=f'{{"email": "{SAM}", "password": "{PASSWORD}"}}',
            headers={"Content-Type": kind},
        )
        assert answer.status_code == 415


async def test_signing_in_makes_another_session_and_ends_the_planted_one(
    sam: Browser, browser_at: NewBrowser
) -> None:
    """Fixation: the attacker's own session in the victim's browser."""
    eve = await browser_at()
    await eve.sign_up("eve@example.com")
    planted = eve.cookies
    victim = await browser_at()
    victim.client.cookies.set("qz_session", planted["qz_session"], domain="api.test")
    assert (await victim.sign_in(SAM)).status_code == 200
    assert victim.cookies["qz_session"] != planted["qz_session"]
    assert problem(await eve.get("/v1/session")) == (401, "invalid_session")


async def test_an_invented_session_is_not_taken_up(sam: Browser, browser_at: NewBrowser) -> None:
    browser = await browser_at()
    invented = "A" * 44
    browser.client.cookies.set("qz_session", invented, domain="api.test")
    assert problem(await browser.get("/v1/session")) == (401, "invalid_session")
    await browser.client.post("/v1/session", json={"email": SAM, "password": PASSWORD})
    assert invented not in browser.cookies.values()


@pytest.mark.parametrize("bad", ["", "x", "é", "A" * 43, "=" * 44, "A" * 5000, "A" * 40 + "..;x"])
async def test_a_broken_cookie_is_a_401(browser_at: NewBrowser, bad: str) -> None:
    browser = await browser_at()
    cookie = b"qz_session=" + bad.encode()
    answer = await browser.client.get("/v1/me", headers=[(b"cookie", cookie)])
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


async def test_two_session_cookies_are_nobody(sam: Browser, browser_at: NewBrowser) -> None:
    """A neighbouring host can set a second one of the same name."""
    other = await browser_at()
    await other.sign_up("eve@example.com")
    text = f"qz_session={sam.cookies['qz_session']}; qz_session={other.cookies['qz_session']}"
    bare = await browser_at()
    answer = await bare.client.get("/v1/me", headers={"Cookie": text})
    assert problem(answer) == (401, "invalid_session")


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(sam: Browser) -> None:
    answer = await sam.sign_in(SAM)
    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert name.startswith("qz_session=")
    age = attributes.pop()
    assert set(attributes) == {"Path=/", "HttpOnly", "SameSite=Lax"}
    assert 1_209_500 < int(age.removeprefix("Max-Age=")) <= 1_209_600
    assert sam.cookies["qz_session"] not in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_over_https_the_cookie_belongs_to_one_host(environment: dict[str, str]) -> None:
    environment["API_URL"] = SECURE
    async with AsyncExitStack() as stack:
        deps = await stack.enter_async_context(open_deps(load(ApiSettings, environment)))
        browser = await open_browser(create_app(deps), stack, base=SECURE)
        answer = await browser.sign_up(SAM)
        name, *attributes = answer.headers["set-cookie"].split("; ")
        assert name.startswith("__Host-qz_session=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} < set(attributes)
        assert not any(each.startswith("Domain") for each in attributes)
        assert (await browser.get("/v1/session")).status_code == 200
        token = browser.cookies["__Host-qz_session"]
        plain = await open_browser(create_app(deps), stack, base=SECURE)
        answer = await plain.client.get("/v1/session", headers={"Cookie": f"qz_session={token}"})
        assert problem(answer) == (401, "missing_session")


async def test_only_hashes_are_stored(sam: Browser, deps: Deps) -> None:
    token = sam.cookies["qz_session"]
    async with deps.db.system() as conn:
        [session] = await conn.fetch("SELECT * FROM sessions")
        password = await conn.fetchval("SELECT hash FROM user_passwords")
        buckets = await conn.fetch("SELECT key FROM attempt_buckets")
    assert token not in repr(session)
    assert token.encode() not in session["token_hash"]
    assert password.startswith("$argon2id$")
    assert {len(row["key"]) for row in buckets} == {32}


async def test_unknown_wrong_and_malformed_get_the_same_answer(
    sam: Browser, browser_at: NewBrowser
) -> None:
    browser = await browser_at()
    answers = [
        await browser.sign_in(email, password)
        for email, password in (
            (SAM, WRONG),
            ("nobody@example.com", PASSWORD),
            ("no e-mail at all", PASSWORD),
            ("nobody@[127.0.0.1]", PASSWORD),
        )
    ]
    assert {same(answer) for answer in answers} == {same(answers[0])}
    assert problem(answers[0]) == (401, "invalid_credentials")


@pytest.mark.parametrize("email", [SAM, "nobody@example.com"])
async def test_guessing_one_account_is_limited_from_wherever(
    sam: Browser, browser_at: NewBrowser, email: str
) -> None:
    """The same whether there is such an account or not, and no faster in parallel."""
    browsers = [await browser_at(f"198.51.{number}.7") for number in range(25)]
    answers = await asyncio.gather(*(each.sign_in(email, WRONG) for each in browsers))
    seen = Counter(problem(answer) for answer in answers)
    burst = SIGN_IN_ACCOUNT.burst
    assert seen == {(401, "invalid_credentials"): burst, (429, "too_many_attempts"): 25 - burst}
    late = await browsers[0].sign_in(email, PASSWORD)
    assert problem(late) == (429, "too_many_attempts")
    assert 0 < int(late.headers["retry-after"]) <= SIGN_IN_ACCOUNT.step.total_seconds()


async def test_guessing_many_accounts_is_limited_per_network(
    sam: Browser, browser_at: NewBrowser, deps: Deps
) -> None:
    stuffing = [await browser_at(f"198.51.100.{number}") for number in range(4)]
    for number in range(SIGN_IN_NETWORK.burst):
        answer = await stuffing[number % 4].sign_in(f"user{number}@example.com", WRONG)
        assert problem(answer) == (401, "invalid_credentials")
    assert problem(await stuffing[0].sign_in(SAM)) == (429, "too_many_attempts")
    elsewhere = await browser_at("203.0.113.1")
    assert (await elsewhere.sign_in(SAM)).status_code == 200


async def test_a_try_comes_back_with_time(sam: Browser, browser_at: NewBrowser, deps: Deps) -> None:
    browser = await browser_at()
    for _ in range(SIGN_IN_ACCOUNT.burst):
        await browser.sign_in(SAM, WRONG)
    assert (await browser.sign_in(SAM)).status_code == 429
    async with deps.db.system() as conn:
        step = SIGN_IN_ACCOUNT.step
        await conn.execute("UPDATE attempt_buckets SET full_at = full_at - $1::interval", step)
    assert (await browser.sign_in(SAM)).status_code == 200


async def test_the_right_password_clears_the_wrong_ones(
    sam: Browser, browser_at: NewBrowser
) -> None:
    browser = await browser_at()
    for _ in range(3):
        for _ in range(SIGN_IN_ACCOUNT.burst - 1):
            await browser.sign_in(SAM, WRONG)
        assert (await browser.sign_in(SAM)).status_code == 200


async def test_the_current_password_is_guessed_no_more_often(sam: Browser) -> None:
    body = {"current_password": WRONG, "password": "another one, quite long"}
    for _ in range(SIGN_IN_ACCOUNT.burst):
        assert problem(await sam.post("/v1/user/password", body)) == (422, "wrong_password")
    assert problem(await sam.post("/v1/user/password", body)) == (429, "too_many_attempts")


async def test_a_key_needs_no_csrf_token_and_never_reads_cookies(
    sam: Browser, browser_at: NewBrowser
) -> None:
    key = (await sam.post("/v1/api-keys", {"name": "Shop", "mode": "test"})).json()["key"]
    answer = await sam.client.get("/v1/me", headers={"Authorization": f"Bearer {key}"})
    assert (answer.json()["kind"], answer.json()["mode"]) == ("key", "test")
    bad = await sam.client.get("/v1/me", headers={"Authorization": f"Bearer {key}x"})
    assert problem(bad) == (401, "invalid_key")


def same(answer: httpx.Response) -> tuple[object, ...]:
    """What a stranger could tell two answers apart by."""
    body = {name: value for name, value in answer.json().items() if name != "request_id"}
    names = tuple(sorted(set(answer.headers) - {"x-request-id"}))
    return answer.status_code, repr(body), names
