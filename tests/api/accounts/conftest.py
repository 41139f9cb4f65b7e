"""Users with browsers: real sign-ins against the API in process, on a clock that tests move."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from qz_api.accounts.roles import Role
from qz_api.deps import Deps, open_deps
from qz_api.http.scope import App
from qz_api.settings import ApiSettings
from qz_common.clock import FrozenClock
from qz_common.ids import read_id, show_id
from qz_common.settings import load
from tests.api.conftest import BASE, Tenant

PASSWORD = "nine green bottles, hanging"


@pytest.fixture
def api_environment(api_environment: dict[str, str]) -> dict[str, str]:
    """Hashes of a kind that is quick to make."""
    return {
        **api_environment,
        "PASSWORD_MEMORY_KIB": "512",
        "PASSWORD_PASSES": "1",
        "OPEN_SIGNUP": "true",
    }


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(datetime.now(UTC))


@pytest.fixture
async def deps(api_environment: dict[str, str], clock: FrozenClock) -> AsyncIterator[Deps]:
    async with open_deps(load(ApiSettings, api_environment), clock) as opened:
        yield opened


@dataclass
class Browser:
    """A cookie jar, and the CSRF token that a page would have read."""

    client: httpx.AsyncClient
    csrf: str = ""

    async def ask(
        self, method: str, path: str, json: Any = None, **headers: str
    ) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.csrf:
            named.setdefault("X-CSRF-Token", self.csrf)
        answer = await self.client.request(method, path, json=json, headers=named)
        if answer.headers.get("content-type") == "application/json" and answer.is_success:
            self.csrf = dict(answer.json()).get("csrf_token", self.csrf)
        return answer

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.ask("GET", path, **headers)

    async def post(self, path: str, json: Any = None, **headers: str) -> httpx.Response:
        return await self.ask("POST", path, json, **headers)

    async def patch(self, path: str, json: Any = None, **headers: str) -> httpx.Response:
        return await self.ask("PATCH", path, json, **headers)

    async def delete(self, path: str, **headers: str) -> httpx.Response:
        return await self.ask("DELETE", path, **headers)

    async def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        return await self.post("/v1/session", {"email": email, "password": password})

    async def sign_up(self, email: str, **fields: str) -> httpx.Response:
        body = {"email": email, "password": PASSWORD, "name": "Sam", **fields}
        return await self.post("/v1/users", body)

    @property
    def cookies(self) -> dict[str, str]:
        return dict(self.client.cookies)


NewBrowser = Callable[..., Awaitable[Browser]]


@pytest.fixture
def browser_at(app: App, stack: AsyncExitStack) -> NewBrowser:
    """A browser on a machine of this address."""

    async def make(address: str = "192.0.2.1") -> Browser:
        transport = httpx.ASGITransport(app=app, client=(address, 4711))
        client = httpx.AsyncClient(transport=transport, base_url=BASE)
        return Browser(await stack.enter_async_context(client))

    return make


@pytest.fixture
async def browser(browser_at: NewBrowser) -> Browser:
    return await browser_at()


Join = Callable[..., Awaitable[Browser]]


@pytest.fixture
def join(deps: Deps, browser_at: NewBrowser) -> Join:
    """A signed-in user with this role in a tenant's workspace."""

    async def make(tenant: Tenant, role: Role, email: str = "") -> Browser:
        browser = await browser_at()
        answer = await browser.sign_up(email or f"{role}@example.com", name=role.title())
        assert answer.status_code == 201, answer.text
        user = read_id("usr", answer.json()["user"]["id"])
        async with deps.db.transaction(tenant.id) as conn:
            await conn.execute(
                """INSERT INTO members (workspace_id, user_id, role, created_at, updated_at)
                   VALUES ($1, $2, $3, now(), now())""",
                tenant.id,
                user,
                role,
            )
        chosen = await browser.patch("/v1/session", {"workspace": show_id("ws", tenant.id)})
        assert chosen.json()["workspace"]["role"] == role
        return browser

    return make


def user_id(answer: httpx.Response) -> str:
    return str(answer.json()["user"]["id"])


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]
