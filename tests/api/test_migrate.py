"""Forward only, one at a time, each file whole or not at all."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from qz_api.connection import BareConnection
from qz_api.migrate import FOLDER, migrate, migrations, missing
from qz_common.errors import Permanent
from tests.fixtures.postgres import Database

ONE = "CREATE TABLE one (id int);"
TWO = "CREATE TABLE two (id int);"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_one.sql").write_text(ONE)
    return tmp_path


async def connected(database: Database) -> BareConnection:
    conn: BareConnection = await asyncpg.connect(database.admin_dsn)
    return conn


async def test_only_what_is_missing_is_applied(bare_database: Database, folder: Path) -> None:
    assert await migrate(bare_database.admin_dsn, folder) == ["0001_one.sql"]
    (folder / "0002_two.sql").write_text(TWO)
    assert await migrate(bare_database.admin_dsn, folder) == ["0002_two.sql"]
    assert await migrate(bare_database.admin_dsn, folder) == []


async def test_a_file_that_was_changed_is_refused(bare_database: Database, folder: Path) -> None:
    await migrate(bare_database.admin_dsn, folder)
    (folder / "0001_one.sql").write_text(TWO)
    with pytest.raises(Permanent, match=r"0001_one\.sql was changed"):
        await migrate(bare_database.admin_dsn, folder)


async def test_a_file_that_fails_leaves_nothing(bare_database: Database, folder: Path) -> None:
    (folder / "0002_bad.sql").write_text(TWO + "SELECT no_such_thing;")
    with pytest.raises(asyncpg.UndefinedColumnError):
        await migrate(bare_database.admin_dsn, folder)
    conn = await connected(bare_database)
    assert await conn.fetchval("SELECT to_regclass('two')") is None
    assert await missing(conn, folder) == ["0002_bad.sql"]
    await conn.close()


async def test_several_at_once_apply_each_file_once(bare_database: Database, folder: Path) -> None:
    dsn = bare_database.admin_dsn
    applied = await asyncio.gather(*(migrate(dsn, folder) for _ in range(5)))
    assert sorted(applied) == [[], [], [], [], ["0001_one.sql"]]


async def test_a_newer_schema_is_fine_and_an_older_one_is_not(
    bare_database: Database, folder: Path
) -> None:
    (folder / "0002_two.sql").write_text(TWO)
    await migrate(bare_database.admin_dsn, folder)
    conn = await connected(bare_database)
    (folder / "0002_two.sql").unlink()
    assert await missing(conn, folder) == []
    (folder / "0003_three.sql").write_text("SELECT 1;")
    assert await missing(conn, folder) == ["0003_three.sql"]
    await conn.close()


def test_numbers_are_unique_and_names_are_plain(folder: Path) -> None:
    (folder / "0001_again.sql").write_text(TWO)
    with pytest.raises(Permanent, match="share a number"):
        migrations(folder)
    (folder / "0001_again.sql").rename(folder / "Two.sql")
    with pytest.raises(Permanent, match="NNNN_name"):
        migrations(folder)
    assert migrations(FOLDER)
