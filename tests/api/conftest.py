"""The management API in process on a real Postgres, and tenants with keys in it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import pytest

from qz_api.app import create_app
from qz_api.auth import service
from qz_api.auth.service import KeyDraft
from qz_api.callers.permissions import PRESETS, Permission
from qz_api.callers.principal import Mode
from qz_api.deps import Deps, open_deps
from qz_api.http.scope import App
from qz_api.settings import ApiSettings
from qz_common.ids import new_uuid, show_id
from qz_common.settings import load
from tests.fixtures.api import API_URL, api_environment_of
from tests.fixtures.api import INTERNAL_TOKEN as INTERNAL_TOKEN
from tests.fixtures.postgres import Database

BASE = API_URL


@pytest.fixture
def api_environment(database: Database) -> dict[str, str]:
    return api_environment_of(database)


@pytest.fixture
async def deps(api_environment: dict[str, str]) -> AsyncIterator[Deps]:
    async with open_deps(load(ApiSettings, api_environment)) as opened:
        yield opened


@pytest.fixture
def app(deps: Deps) -> App:
    return create_app(deps)


@dataclass
class Tenant:
    """A workspace; each of its clients carries a key of its own."""

    id: UUID
    deps: Deps
    app: App
    stack: AsyncExitStack
    keys: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return show_id("ws", self.id)

    async def key(self, rights: str | Iterable[Permission] = "admin", mode: Mode = "live") -> str:
        """A clear key with a preset or with these scopes."""
        scopes = PRESETS[rights] if isinstance(rights, str) else frozenset(rights)
        draft = KeyDraft(mode=mode, name="test", scopes=scopes)
        async with self.deps.db.transaction(self.id) as conn:
            _, text = await service.issue(conn, self.deps.secrets, self.id, draft, "test")
        return text

    async def client(
        self, rights: str | Iterable[Permission] = "admin", mode: Mode = "live"
    ) -> httpx.AsyncClient:
        return await client_of(self.app, self.stack, await self.key(rights, mode))

    async def row(self, sql: str, *arguments: object) -> Any:
        """One row as the app role sees it from inside this workspace."""
        async with self.deps.db.transaction(self.id) as conn:
            return await conn.fetchrow(sql, *arguments)

    async def rows(self, sql: str, *arguments: object) -> Any:
        async with self.deps.db.transaction(self.id) as conn:
            return await conn.fetch(sql, *arguments)


MakeTenant = Callable[..., Awaitable[Tenant]]


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


@pytest.fixture
def make_tenant(deps: Deps, app: App, stack: AsyncExitStack) -> MakeTenant:
    async def make(plan: str = "self_hosted", **overrides: object) -> Tenant:
        return await made_tenant(deps, app, stack, plan, overrides)

    return make


@pytest.fixture
async def tenant(make_tenant: MakeTenant) -> Tenant:
    return await make_tenant()


@pytest.fixture
async def api(tenant: Tenant) -> httpx.AsyncClient:
    """A client with every scope, live."""
    return await tenant.client()


@pytest.fixture
async def anonymous(app: App, stack: AsyncExitStack) -> httpx.AsyncClient:
    return await client_of(app, stack, None)


async def made_tenant(
    deps: Deps,
    app: App,
    stack: AsyncExitStack,
    plan: str = "self_hosted",
    overrides: Mapping[str, object] | None = None,
) -> Tenant:
    id = new_uuid()
    async with deps.db.transaction(id) as conn:
        await conn.execute(
            "INSERT INTO workspaces (id, name, plan, plan_overrides) VALUES ($1, $2, $3, $4)",
            id,
            "Test",
            plan,
            dict(overrides or {}),
        )
    return Tenant(id, deps, app, stack)


async def client_of(app: App, stack: AsyncExitStack, key: str | None) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    transport = httpx.ASGITransport(app=app)
    client = httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers)
    return await stack.enter_async_context(client)
