"""Invites: bound to an e-mail, for one use, until they expire."""

import asyncio
from datetime import timedelta

import httpx
import orjson
import pytest

from qz_api.accounts.roles import Role
from qz_api.deps import Deps
from qz_common.clock import FrozenClock
from tests.api.accounts.conftest import Join
from tests.api.conftest import BASE, MakeTenant, Tenant
from tests.fixtures.browser import Browser, NewBrowser, problem

KIM = "kim@example.com"


async def invited(api: httpx.AsyncClient, email: str = KIM, role: str = "editor") -> str:
    """The token in the link."""
    answer = await api.post("/v1/invites", json={"email": email, "role": role})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["url"]).partition(f"{BASE}/#invite=")[2]


async def test_an_invited_stranger_becomes_a_member(
    api: httpx.AsyncClient, browser: Browser, tenant: Tenant
) -> None:
    answer = await browser.sign_up(KIM, invite_token=await invited(api))
    assert answer.status_code == 201
    assert answer.json()["workspace"] == {"id": tenant.text, "name": "Test", "role": "editor"}
    assert (await api.get("/v1/invites")).json()["data"] == []


async def test_an_invited_user_accepts(
    api: httpx.AsyncClient, browser: Browser, tenant: Tenant
) -> None:
    await browser.sign_up(KIM)
    token = await invited(api, "KIM@example.com", "viewer")
    answer = await browser.post("/v1/invites/accept", {"token": token})
    assert (answer.status_code, answer.json()["id"]) == (200, tenant.text)
    shown = await browser.get("/v1/me", Quietzone_Workspace=tenant.text)
    assert shown.json()["role"] == "viewer"


async def test_the_link_goes_to_the_mail_sealed(
    api: httpx.AsyncClient, deps: Deps, tenant: Tenant
) -> None:
    token = await invited(api)
    row = await tenant.row("SELECT id, recipient, template, sealed, sent_at FROM mail_outbox")
    assert (row["recipient"], row["template"], row["sent_at"]) == (KIM, "invite", None)
    assert token.encode() not in row["sealed"]
    values = orjson.loads(deps.secrets.unseal(row["sealed"], b"mail " + row["id"].bytes))
    assert values["url"].endswith(f"#invite={token}")
    stored = await tenant.row("SELECT * FROM invites")
    assert token not in repr(stored)


async def test_an_invite_works_once(api: httpx.AsyncClient, browser: Browser) -> None:
    await browser.sign_up(KIM)
    token = await invited(api)
    asked = (browser.post("/v1/invites/accept", {"token": token}) for _ in range(4))
    answers = await asyncio.gather(*asked)
    assert sorted(answer.status_code for answer in answers) == [200, 410, 410, 410]
    assert problem(await browser.post("/v1/invites/accept", {"token": token})) == (
        410,
        "invite_used",
    )


async def test_an_invite_is_for_its_email_alone(api: httpx.AsyncClient, browser: Browser) -> None:
    await browser.sign_up("eve@example.com")
    token = await invited(api)
    answer = await browser.post("/v1/invites/accept", {"token": token})
    assert problem(answer) == (403, "invite_for_another")
    assert len((await api.get("/v1/invites")).json()["data"]) == 1


async def test_a_stranger_can_not_sign_up_with_anothers_invite(
    api: httpx.AsyncClient, browser: Browser, deps: Deps
) -> None:
    answer = await browser.sign_up("eve@example.com", invite_token=await invited(api))
    assert problem(answer) == (403, "invite_for_another")
    async with deps.db.system() as conn:
        assert await conn.fetchval("SELECT count(*) FROM users") == 0


async def test_an_expired_invite_is_gone_and_makes_room(
    api: httpx.AsyncClient, browser: Browser, clock: FrozenClock
) -> None:
    token = await invited(api)
    clock.advance(timedelta(days=7))
    assert (await api.get("/v1/invites")).json()["data"] == []
    answer = await browser.sign_up(KIM, invite_token=token)
    assert problem(answer) == (410, "invite_expired")
    again = await invited(api)
    assert (await browser.sign_up(KIM, invite_token=again)).status_code == 201


async def test_an_invite_taken_back_is_gone(api: httpx.AsyncClient, browser: Browser) -> None:
    token = await invited(api)
    [shown] = (await api.get("/v1/invites")).json()["data"]
    where = f"/v1/invites/{shown['id']}"
    assert (await api.delete(where)).status_code == 204
    assert problem(await api.delete(where)) == (404, "not_found")
    assert problem(await browser.sign_up(KIM, invite_token=token)) == (410, "invite_used")


@pytest.mark.parametrize("token", ["x", "é" * 50, "A" * 43, "' OR 1=1 --"])
async def test_an_invented_token_is_absent(browser: Browser, token: str) -> None:
    await browser.sign_up(KIM)
    assert problem(await browser.post("/v1/invites/accept", {"token": token})) == (
        404,
        "not_found",
    )


async def test_an_email_has_one_open_invite_of_a_workspace(
    api: httpx.AsyncClient, make_tenant: MakeTenant
) -> None:
    await invited(api)
    again = await api.post("/v1/invites", json={"email": "Kim@Example.com", "role": "viewer"})
    assert problem(again) == (409, "already_invited")
    await invited(await (await make_tenant()).client())


async def test_a_member_is_not_invited(join: Join, tenant: Tenant, api: httpx.AsyncClient) -> None:
    await join(tenant, Role.VIEWER, KIM)
    answer = await api.post("/v1/invites", json={"email": KIM, "role": "editor"})
    assert problem(answer) == (409, "already_member")


async def test_a_retried_invite_is_the_same_invite(api: httpx.AsyncClient) -> None:
    body = {"email": KIM, "role": "editor"}
    key = {"Idempotency-Key": "once"}
    answers = [await api.post("/v1/invites", json=body, headers=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()


async def test_guessing_tokens_is_limited(browser: Browser, browser_at: NewBrowser) -> None:
    await browser.sign_up(KIM)
    codes = [
        problem(await browser.post("/v1/invites/accept", {"token": f"guess{number}"}))[0]
        for number in range(21)
    ]
    assert (codes[19], codes[20]) == (404, 429)
