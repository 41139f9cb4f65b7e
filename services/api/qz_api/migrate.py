"""The schema of Postgres: numbered SQL files, forward only, each in a transaction of its own.

`migrate` runs as the owner, one at a time (advisory lock), and refuses a database in which an
applied file reads otherwise than ours. A schema that is newer than this release is fine.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from qz_api.connection import BareConnection, Connection
from qz_common.errors import Permanent

FOLDER = Path(__file__).parent / "migrations"
FILE_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
LOCK = 0x517A0001
LOCK_TIMEOUT = "5s"
APP_ROLE = "quietzone_app"

TABLE = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    number int PRIMARY KEY,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)"""
MAKE_APP_ROLE = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN
        CREATE ROLE {APP_ROLE} LOGIN NOSUPERUSER NOBYPASSRLS;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- made at the same moment
END $$"""


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations(folder: Path = FOLDER) -> tuple[Migration, ...]:
    found = []
    for path in sorted(folder.glob("*.sql")):
        match = FILE_NAME.fullmatch(path.name)
        if match is None:
            raise Permanent(f"{path.name} is no NNNN_name.sql")
        found.append(Migration(int(match[1]), path.name, path.read_text()))
    numbers = [migration.number for migration in found]
    if len(set(numbers)) != len(numbers):
        raise Permanent(f"two migrations share a number: {numbers}")
    return tuple(found)


async def migrate(admin_dsn: str, folder: Path = FOLDER) -> list[str]:
    """Applies what is missing; the names of the files that were applied."""
    connection: BareConnection = await asyncpg.connect(admin_dsn, timeout=10)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        await connection.execute(MAKE_APP_ROLE)
        await connection.execute(TABLE)
        await connection.execute(f"GRANT SELECT ON schema_migrations TO {APP_ROLE}")
        applied = await _applied(connection)
        return [
            await _apply(connection, migration)
            for migration in migrations(folder)
            if not _is_applied(migration, applied)
        ]
    finally:
        await connection.close()


async def missing(connection: Connection, folder: Path = FOLDER) -> list[str]:
    """Names of our files that this database does not have: a reason not to serve."""
    known = await connection.fetchval("SELECT to_regclass('schema_migrations') IS NOT NULL")
    applied = await _applied(connection) if known else {}
    return [each.name for each in migrations(folder) if each.number not in applied]


async def _applied(connection: Connection) -> dict[int, str]:
    rows = await connection.fetch("SELECT number, sha256 FROM schema_migrations")
    return {row["number"]: row["sha256"] for row in rows}


def _is_applied(migration: Migration, applied: dict[int, str]) -> bool:
    sha256 = applied.get(migration.number)
    if sha256 is not None and sha256 != migration.sha256:
        raise Permanent(f"{migration.name} was changed after it was applied")
    return sha256 is not None


async def _apply(connection: BareConnection, migration: Migration) -> str:
    async with connection.transaction():
        await connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        await connection.execute(migration.sql)
        await connection.execute(
            "INSERT INTO schema_migrations (number, name, sha256) VALUES ($1, $2, $3)",
            migration.number,
            migration.name,
            migration.sha256,
        )
    return migration.name
