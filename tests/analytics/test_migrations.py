"""The schema grows under rows that are there already, and under a release that knows less of it."""

import pytest

from qz_analytics import migrate as schema
from qz_analytics.clickhouse import ClickHouse
from qz_analytics.ingest.columns import block_of
from qz_analytics.ingest.steps import Scan
from qz_analytics.ingest.store import write_scans
from qz_analytics.migrate import migrate, migrations
from qz_analytics.settings import StoreSettings
from tests.analytics.scans import scan
from tests.analytics.stored import opened

FIRST_RELEASE = 2
GROWN = ["utm_id"]
"""Columns of scans that came later."""


async def store_as_first_release(store: ClickHouse, seq: int) -> None:
    event = scan(seq=seq, utm={"utm_id": "spring"})
    block = block_of([Scan(event, event.ts_ms, event.ts_ms)])
    await write_scans(store, block.drop_columns(GROWN))


async def test_rows_of_the_first_release_stay_and_it_goes_on_writing(
    clickhouse_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = StoreSettings(dsn=clickhouse_dsn)
    with monkeypatch.context() as patch:
        first = migrations()[:FIRST_RELEASE]
        patch.setattr(schema, "migrations", lambda: first)
        migrate(settings)
    async with opened(clickhouse_dsn) as store:
        await store_as_first_release(store, 1)
        assert migrate(settings) == [each.name for each in migrations()[FIRST_RELEASE:]]
        await store_as_first_release(store, 2)
        rows = await store.rows(f"SELECT seq, {', '.join(GROWN)} FROM scans ORDER BY seq")
        assert rows == [(1, ""), (2, "")]
