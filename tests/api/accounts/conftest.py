"""Users with browsers: real sign-ins against the API in process, on a clock that tests move."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial

import pytest

from qz_api.accounts.roles import Role
from qz_api.deps import Deps, open_deps
from qz_api.http.scope import App
from qz_api.settings import ApiSettings
from qz_common.clock import FrozenClock
from qz_common.ids import read_id, show_id
from qz_common.settings import load
from tests.api.conftest import Tenant
from tests.fixtures.browser import QUICK_HASHES, Browser, NewBrowser, open_browser


@pytest.fixture
def api_environment(api_environment: dict[str, str]) -> dict[str, str]:
    """Hashes of a kind that is quick to make."""
    return {**api_environment, **QUICK_HASHES}


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(datetime.now(UTC))


@pytest.fixture
async def deps(api_environment: dict[str, str], clock: FrozenClock) -> AsyncIterator[Deps]:
    async with open_deps(load(ApiSettings, api_environment), clock) as opened:
        yield opened


@pytest.fixture
def browser_at(app: App, stack: AsyncExitStack) -> NewBrowser:
    return partial(open_browser, app, stack)


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
