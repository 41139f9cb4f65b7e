"""What a role of analytics does about its store before it starts."""

import asyncio
from dataclasses import replace

import pytest

from deploy.embedded.backends import HOST, free_port
from deploy.embedded.stack import answers
from qz_analytics.clickhouse import open_client
from qz_analytics.migrate import pending
from qz_analytics.roles import SERVING, serve
from qz_analytics.settings import Settings
from qz_common.settings import load
from tests.fixtures.wait import eventually


def settings_for(dsn: str, migrates: bool = False) -> Settings:
    environment = {
        "CLICKHOUSE_DSN": dsn,
        "INTERNAL_TOKEN": "t" * 32,
        "KAFKA_BOOTSTRAP": f"{HOST}:1",
        "ANALYTICS_PORT": str(free_port()),
        "ANALYTICS_OPS_PORT": str(free_port()),
    }
    settings = load(Settings, environment)
    return replace(settings, store=replace(settings.store, migrates=migrates))


async def up(task: asyncio.Task[None], settings: Settings, path: str) -> None:
    async def is_up() -> bool:
        return task.done() or await answers(settings.ops.ops_port, path)

    await eventually(is_up)
    assert not task.done()


async def test_a_role_refuses_a_schema_older_than_itself(clickhouse_dsn: str) -> None:
    with pytest.raises(SystemExit, match=r"the schema lacks 0001_scans\.sql.*run the role migrate"):
        await serve(settings_for(clickhouse_dsn), SERVING["query"], asyncio.Event())


async def test_a_role_brings_its_schema_up_when_it_is_set_to(clickhouse_dsn: str) -> None:
    settings, stop = settings_for(clickhouse_dsn, migrates=True), asyncio.Event()
    task = asyncio.create_task(serve(settings, SERVING["query"], stop))
    await up(task, settings, "/readyz")
    stop.set()
    await task
    client = open_client(clickhouse_dsn)
    assert pending(client) == []
    client.close()


@pytest.mark.parametrize("migrates", [False, True])
async def test_a_role_waits_for_a_store_that_is_away(migrates: bool) -> None:
    stop = asyncio.Event()
    settings = settings_for(f"http://{HOST}:{free_port()}/default", migrates=migrates)
    task = asyncio.create_task(serve(settings, SERVING["query"], stop))
    await up(task, settings, "/livez")
    stop.set()
    await task
