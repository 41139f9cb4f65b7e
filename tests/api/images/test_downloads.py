"""Downloads are counted whatever happens to a write of them."""

import asyncio
from uuid import UUID

import asyncpg
import httpx
import pytest
from structlog.testing import capture_logs

from deploy.embedded.backends import APP
from qz_api.deps import Deps
from qz_api.images.downloads import Downloads, open_downloads
from qz_common.ids import read_id
from tests.api.codes.test_create import URL
from tests.api.conftest import Tenant
from tests.api.test_duties import held
from tests.fixtures.postgres import Database
from tests.fixtures.wait import eventually


@pytest.fixture
async def code(api: httpx.AsyncClient) -> UUID:
    made = await api.post("/v1/qr-codes", json={"destination_url": URL})
    id = read_id("qr", made.json()["id"])
    assert id is not None
    return id


async def counted(tenant: Tenant) -> int:
    count: int = (await tenant.row("SELECT download_count FROM codes"))["download_count"]
    return count


async def as_owner(database: Database, sql: str) -> None:
    owner = await asyncpg.connect(database.admin_dsn)
    await owner.execute(sql)
    await owner.close()


async def test_a_write_that_postgres_refuses_is_made_later(
    tenant: Tenant, deps: Deps, database: Database, code: UUID
) -> None:
    await as_owner(database, f"REVOKE UPDATE ON codes FROM {APP}")
    with capture_logs() as lines:
        async with open_downloads(deps.db, every=0.01) as downloads:
            downloads.note(code)
            await eventually(lambda: "downloads not written" in [line["event"] for line in lines])
            await as_owner(database, f"GRANT UPDATE ON codes TO {APP}")
            await eventually(lambda: counted(tenant))
    assert await counted(tenant) == 1


async def test_a_write_that_is_broken_off_is_made_with_the_next(
    tenant: Tenant, deps: Deps, database: Database, code: UUID
) -> None:
    downloads = Downloads(deps.db)
    downloads.note(code)
    async with held(database, "SELECT FROM codes FOR UPDATE") as holder:
        writing = asyncio.create_task(downloads.write())
        await eventually(lambda: holder.fetchval("SELECT true FROM pg_locks WHERE NOT granted"))
        writing.cancel()
        await asyncio.wait([writing])
    await downloads.write()
    assert await counted(tenant) == 1


async def test_what_is_left_at_the_end_is_written(tenant: Tenant, deps: Deps, code: UUID) -> None:
    async with open_downloads(deps.db, every=60) as downloads:
        downloads.note(code)
    assert await counted(tenant) == 1
