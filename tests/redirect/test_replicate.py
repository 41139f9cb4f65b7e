"""The role `replicate` as a whole: how it ends."""

import asyncio
from pathlib import Path

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
