"""The role `replicate` as a whole: how it ends."""

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from deploy.embedded.backends import free_port
from qz_common.settings import load
from qz_redirect.journal.open import open_journal
from qz_redirect.replica.store import Generations
from qz_redirect.replica.writer import Writer
from qz_redirect.replicate import replicate
from qz_redirect.settings import ReplicateSettings
from tests.fixtures.broker import Broker, broker_environment
from tests.fixtures.scans import arriving
from tests.fixtures.wait import eventually


@pytest.fixture
def settings(broker: Broker, topic_prefix: str, tmp_path: Path) -> ReplicateSettings:
    own = {"REDIRECT_DATA_DIR": str(tmp_path), "REPLICATE_OPS_PORT": str(free_port())}
    return load(ReplicateSettings, broker_environment(broker, topic_prefix) | own)


async def test_a_cursor_that_can_not_be_saved_leaves_nothing_else_open(
    settings: ReplicateSettings,
) -> None:
    journal = open_journal(settings.data.journals)
    journal.append(b',"ts_ms":1,"slug":"abc"}')
    (journal.folder / "cursor.new").symlink_to("/dev/full")
    stop, generations = asyncio.Event(), Generations(settings.data.replica)
    async with arriving(settings.kafka) as arrived:
        role = asyncio.create_task(replicate(settings, stop))
        await eventually(lambda: role.done() or (arrived.events and generations.current()))
        stop.set()
        with pytest.raises(OSError, match="No space"):
            await role
    journal.close()
    replica = generations.current()
    assert replica
    # LMDB opens an environment once per process
    Writer(replica).close()


async def test_who_waits_for_another_says_so_and_takes_over(
    settings: ReplicateSettings, tmp_path: Path
) -> None:
    first, second = asyncio.Event(), asyncio.Event()
    other = replace(settings, ops_port=free_port())
    one = asyncio.create_task(replicate(settings, first))
    await eventually(lambda: is_at_work(settings))
    two = asyncio.create_task(replicate(other, second))
    await eventually(lambda: answers_to(other, "/livez"))
    told = await answers_to(other, "/readyz")
    assert told
    reasons = told.json()["reasons"]
    assert reasons == {"host": "another process of this host replicates"}
    first.set()
    await one
    await eventually(lambda: is_at_work(other))
    second.set()
    await two


async def answers_to(settings: ReplicateSettings, path: str) -> httpx.Response | None:
    async with httpx.AsyncClient() as client:
        try:
            return await client.get(f"http://{settings.ops_host}:{settings.ops_port}{path}")
        except httpx.TransportError:
            return None


async def is_at_work(settings: ReplicateSettings) -> bool:
    """Ready, and following: one that is stopped while it connects leaves a connection behind."""
    ready = await answers_to(settings, "/readyz")
    told = await answers_to(settings, "/metrics")
    connected = told is not None and "quietzone_replicate_connected 1.0" in told.text
    return connected and ready is not None and ready.status_code == 200
