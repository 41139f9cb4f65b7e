"""Postgres busy, away and back: a clear 503, then service again."""

import asyncio
from contextlib import AsyncExitStack

import httpx
import pytest

from qz_api.app import create_app
from qz_api.deps import open_deps
from qz_api.settings import ApiSettings
from qz_common.settings import load
from tests.api.conftest import Tenant, client_of, made_tenant
from tests.fixtures.postgres import Cluster, Database, migrate_api
from tests.fixtures.processes import frozen
from tests.fixtures.wait import eventually

LEAST = {"destination_url": "https://example.com"}


@pytest.fixture
def api_environment(api_environment: dict[str, str]) -> dict[str, str]:
    return {**api_environment, "POSTGRES_POOL_SIZE": "2", "POSTGRES_ACQUIRE_SECONDS": "0.3"}


async def test_a_pool_that_is_used_up_is_503(tenant: Tenant, api: httpx.AsyncClient) -> None:
    async with AsyncExitStack() as held:
        for _ in range(2):
            await held.enter_async_context(tenant.deps.db.transaction(tenant.id))
        answer = await api.get("/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (503, "database_busy")
    assert answer.headers["retry-after"] == "1"
    assert (await api.get("/v1/me")).status_code == 200


async def test_cancelled_calls_give_their_connections_back(
    tenant: Tenant, api: httpx.AsyncClient
) -> None:
    for number in range(150):
        call = asyncio.create_task(api.post("/v1/qr-codes", json=LEAST))
        for _ in range(number % 15):
            await asyncio.sleep(0)
        call.cancel()
        await asyncio.wait([call])
    await eventually(lambda: _answers(api))
    pool = tenant.deps.db._pool
    assert pool.get_size() <= 2
    await eventually(lambda: pool.get_idle_size() == pool.get_size())


async def _answers(api: httpx.AsyncClient) -> bool:
    return (await api.get("/v1/me")).status_code == 200


async def test_an_error_leaves_nothing_of_the_transaction(tenant: Tenant) -> None:
    async def change_and_fail() -> None:
        async with tenant.deps.db.transaction(tenant.id) as conn:
            await conn.execute("UPDATE workspaces SET name = 'changed'")
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        await change_and_fail()
    row = await tenant.row("SELECT name FROM workspaces")
    assert row["name"] == "Test"


async def test_no_workspace_is_left_behind_on_a_connection(tenant: Tenant) -> None:
    for _ in range(4):
        async with tenant.deps.db.connection() as conn:
            assert await conn.fetchval("SELECT current_setting('app.workspace', true)") in (
                None,
                "",
            )
        async with tenant.deps.db.transaction(tenant.id):
            pass


async def test_connections_that_died_in_the_pool_are_not_noticed(
    tenant: Tenant, api: httpx.AsyncClient, postgres_cluster: Cluster, database: Database
) -> None:
    for method, path in (("GET", "/v1/me"), ("POST", "/v1/qr-codes")):
        await asyncio.gather(*(api.get("/v1/me") for _ in range(2)))
        # at once, so that the client learns of it only when it asks
        postgres_cluster.postgres.run_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{database.name}'"
        )
        answer = await api.request(method, path, json=LEAST if method == "POST" else None)
        assert answer.status_code in (200, 201)


async def test_what_the_server_has_room_for_is_known(tenant: Tenant) -> None:
    room = await tenant.deps.db.room()
    assert room["allowed"] == 197
    assert 1 <= room["taken"] < room["allowed"]


async def test_a_postgres_that_hangs_is_503_and_back_is_service(
    own_postgres: Cluster, api_environment: dict[str, str], stack: AsyncExitStack
) -> None:
    client = await _client_on(
        own_postgres, {**api_environment, "POSTGRES_STATEMENT_SECONDS": "1.5"}, stack
    )
    assert (await client.post("/v1/qr-codes", json=LEAST)).status_code == 201
    with frozen(own_postgres.child.pid):
        answers = await asyncio.gather(*(client.post("/v1/qr-codes", json=LEAST) for _ in "1234"))
    assert [answer.status_code for answer in answers] == [503] * 4
    await eventually(lambda: _answers(client))
    assert (await client.post("/v1/qr-codes", json=LEAST)).status_code == 201


async def test_postgres_away_is_503_and_back_is_service(
    own_postgres: Cluster, api_environment: dict[str, str], stack: AsyncExitStack
) -> None:
    client = await _client_on(own_postgres, api_environment, stack)
    assert (await client.post("/v1/qr-codes", json=LEAST)).status_code == 201
    own_postgres.kill()
    for _ in range(3):
        answer = await client.post("/v1/qr-codes", json=LEAST)
        assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    own_postgres.start()
    await eventually(lambda: _answers(client), within=10)
    listed = (await client.get("/v1/qr-codes")).json()["data"]
    assert len(listed) == 1


async def _client_on(
    cluster: Cluster, environment: dict[str, str], stack: AsyncExitStack
) -> httpx.AsyncClient:
    database = cluster.create()
    migrate_api(database)
    settings = load(ApiSettings, {**environment, **database.environment})
    deps = await stack.enter_async_context(open_deps(settings))
    app = create_app(deps)
    tenant = await made_tenant(deps, app, stack)
    return await client_of(app, stack, await tenant.key())
