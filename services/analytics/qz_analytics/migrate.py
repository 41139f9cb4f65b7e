"""The schema, forward only: numbered SQL files, each applied once, each harmless when repeated.

A crash in the middle of a file leaves statements that say IF NOT EXISTS, so the next run goes
through all of it again.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from clickhouse_connect.driver.client import Client

from qz_analytics.clickhouse import open_client, split_database
from qz_analytics.settings import StoreSettings

DATABASE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
FILE_NAME = re.compile(r"(\d{4})_\w+\.sql")
LEDGER = """
CREATE TABLE IF NOT EXISTS schema_migrations (number UInt32, name String, at DateTime DEFAULT now())
ENGINE = ReplacingMergeTree ORDER BY number
"""


@dataclass(frozen=True)
class Migration:
    number: int
    name: str
    sql: str

    def statements(self) -> Iterator[str]:
        for text in self.sql.split(";\n"):
            if text.strip():
                yield text


def migrations() -> list[Migration]:
    found = []
    for entry in files("qz_analytics").joinpath("migrations").iterdir():
        match = FILE_NAME.fullmatch(entry.name)
        if match:
            found.append(Migration(int(match[1]), entry.name, entry.read_text()))
    return sorted(found, key=lambda migration: migration.number)


def migrate(store: StoreSettings) -> list[str]:
    """Names of the files that were applied now."""
    _create_database(store.dsn)
    client = open_client(store.dsn)
    try:
        applied = _apply_missing(client)
        _keep_raw_for(client, store.raw_months)
        return applied
    finally:
        client.close()


def pending(client: Client) -> list[str]:
    """Names of the files that this store lacks: a role doesn't start on an older schema."""
    exists = client.command("EXISTS TABLE schema_migrations")
    done = _done(client) if exists else set()
    return [migration.name for migration in migrations() if migration.number not in done]


def _create_database(dsn: str) -> None:
    server, database = split_database(dsn)
    if not DATABASE_NAME.fullmatch(database):
        raise ValueError(f"CLICKHOUSE_DSN: {database!r} is no name of a database")
    client = open_client(server)
    try:
        client.command(f"CREATE DATABASE IF NOT EXISTS {database}")
    finally:
        client.close()


def _apply_missing(client: Client) -> list[str]:
    client.command(LEDGER)
    done = _done(client)
    applied = []
    for migration in migrations():
        if migration.number not in done:
            _apply(client, migration)
            applied.append(migration.name)
    return applied


def _apply(client: Client, migration: Migration) -> None:
    for statement in migration.statements():
        client.command(statement)
    client.command(
        "INSERT INTO schema_migrations (number, name) VALUES ({number:UInt32}, {name:String})",
        {"number": migration.number, "name": migration.name},
    )


def _done(client: Client) -> set[int]:
    return {row[0] for row in client.query("SELECT number FROM schema_migrations").result_rows}


def _keep_raw_for(client: Client, months: int) -> None:
    client.command(f"ALTER TABLE scans MODIFY TTL toDateTime(ts) + INTERVAL {months:d} MONTH")
