"""Each test has an empty database in the one engine that a process may have."""

import clickhouse_connect
from clickhouse_connect.driver.client import Client


def test_client_and_address_mean_the_same_database(clickhouse: Client, clickhouse_dsn: str) -> None:
    clickhouse.command(
        "CREATE TABLE t ENGINE MergeTree ORDER BY number AS SELECT * FROM numbers(9)"
    )
    with clickhouse_connect.get_client(dsn=clickhouse_dsn) as other:
        assert other.command("SELECT count() FROM t") == 9


def test_next_test_starts_empty(clickhouse: Client) -> None:
    assert clickhouse.command("SELECT count() FROM system.tables WHERE database = database()") == 0
    clickhouse.command("CREATE TABLE t (a UInt8) ENGINE MergeTree ORDER BY a")
