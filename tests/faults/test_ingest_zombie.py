"""An owner that is paused between its last question and its insert wakes up as a zombie.

Its rows are the rows that the new owner has stored: a reader never counts them twice, and verify
merges them away. Two owners need a store of their own process: ClickHouse over HTTP.
"""

import os
import signal
from pathlib import Path

import clickhouse_connect

from qz_analytics.migrate import migrate
from qz_analytics.settings import StoreSettings
from tests.analytics.scans import kafka_settings, scan, sending
from tests.faults.ingest_plans import start_plan
from tests.fixtures.broker import Broker
from tests.fixtures.processes import Child
from tests.fixtures.wait import eventually

COUNT = 400
INSERTED = (
    "SELECT sum(rows) FROM system.parts WHERE database = currentDatabase() AND table = 'scans' "
    "AND min_block_number = max_block_number"
)


async def test_a_zombies_block_is_never_counted_and_soon_merged(
    broker: Broker, topic_prefix: str, clickhouse_http_dsn: str, tmp_path: Path
) -> None:
    migrate(StoreSettings(dsn=clickhouse_http_dsn))
    kafka = kafka_settings(broker, topic_prefix)
    with clickhouse_connect.get_client(dsn=clickhouse_http_dsn) as client:

        def number(sql: str) -> int:
            return int(client.query(sql).result_rows[0][0])

        async with sending(kafka) as sender:
            await sender.send(scan(seq=seq) for seq in range(1, COUNT + 1))
            paused = start_plan(
                tmp_path, kafka, clickhouse_http_dsn, "paused", freeze_at="insert sent"
            )
            await eventually(lambda: _stopped_child(paused), within=30)
            owner = start_plan(tmp_path, kafka, clickhouse_http_dsn, "owner")
            await eventually(lambda: number("SELECT count() FROM scans") == COUNT, within=30)
            os.kill(_stopped_child(paused), signal.SIGCONT)
            await eventually(lambda: number(INSERTED) > COUNT, within=20)
            assert number("SELECT count() FROM scans FINAL") == COUNT
            await eventually(lambda: number("SELECT count() FROM scans") == COUNT, within=60)
            paused.kill()
            owner.kill()


def _stopped_child(runner: Child) -> int:
    """The pid of the runner's child that is stopped by a signal, or 0."""
    children = Path(f"/proc/{runner.pid}/task/{runner.pid}/children").read_text().split()
    for pid in children:
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T":
            return int(pid)
    return 0
