"""The first user of an installation."""

import asyncpg
import pytest

from qz_api.accounts.seed import seed_admin
from qz_api.accounts.settings import AccountSettings
from qz_api.deps import Deps
from qz_api.sealing import Secrets
from qz_api.seed import ADMIN_EMAIL, seed
from tests.fixtures.browser import Browser, problem
from tests.fixtures.postgres import Database

QUICK = AccountSettings(password_memory_kib=512, password_passes=1)
SECRETS = Secrets.of("a pepper that only tests use, long enough")


async def test_the_admin_signs_in_as_owner_with_the_password_shown(
    database: Database, browser: Browser
) -> None:
    made = await seed(database.admin_dsn, SECRETS, QUICK, {})
    answer = await browser.sign_in(made["admin_email"], made["admin_password"])
    assert answer.status_code == 200
    assert answer.json()["workspace"] == {"id": made["workspace"], "name": "Demo", "role": "owner"}


async def test_each_installation_has_another_password(database: Database, deps: Deps) -> None:
    first = await seed(database.admin_dsn, SECRETS, QUICK, {})
    async with deps.db.system() as conn:
        await conn.execute("DELETE FROM user_passwords")
    second = await seed(database.admin_dsn, SECRETS, QUICK, {})
    assert first["admin_password"] != second["admin_password"]
    assert min(len(first["admin_password"]), len(second["admin_password"])) >= 20


async def test_a_known_password_is_kept(database: Database, browser: Browser) -> None:
    made = await seed(database.admin_dsn, SECRETS, QUICK, {})
    again = await seed(database.admin_dsn, SECRETS, QUICK, made)
    assert again == made


async def test_a_known_password_outlives_the_database(database: Database, browser: Browser) -> None:
    known = {"admin_password": "kept-from-an-earlier-run"}
    made = await seed(database.admin_dsn, SECRETS, QUICK, known)
    assert made["admin_password"] == known["admin_password"]
    assert (await browser.sign_in(ADMIN_EMAIL, known["admin_password"])).status_code == 200


@pytest.mark.parametrize("known", ["", "short", "of an earlier run, long enough"])
async def test_a_password_chosen_since_is_neither_told_nor_changed(
    database: Database, browser: Browser, known: str
) -> None:
    made = await seed(database.admin_dsn, SECRETS, QUICK, {})
    await browser.sign_in(ADMIN_EMAIL, made["admin_password"])
    chosen = "what the owner chose"
    change = {"current_password": made["admin_password"], "password": chosen}
    assert (await browser.post("/v1/user/password", change)).status_code == 200
    again = await seed(database.admin_dsn, SECRETS, QUICK, {**made, "admin_password": known})
    assert again["admin_password"] == ""
    assert (await browser.sign_in(ADMIN_EMAIL, chosen)).status_code == 200
    wrong = await browser.sign_in(ADMIN_EMAIL, made["admin_password"])
    assert problem(wrong) == (401, "invalid_credentials")


async def test_an_owner_seeded_twice_is_one_user(database: Database, deps: Deps) -> None:
    for _ in range(2):
        await seed(database.admin_dsn, SECRETS, QUICK, {})
    async with deps.db.system() as conn:
        assert await conn.fetchval("SELECT count(*) FROM users") == 1
        assert await conn.fetchval("SELECT count(*) FROM members") == 1


async def test_another_workspace_can_be_given_an_owner(
    database: Database, deps: Deps, tenant: object
) -> None:
    conn = await asyncpg.connect(database.admin_dsn)
    try:
        async with conn.transaction():
            await conn.execute("SET LOCAL app.workspace = '*'")
            id = await conn.fetchval("SELECT id FROM workspaces")
            password = await seed_admin(conn, QUICK, id, "Root@Example.com", "")
            assert await conn.fetchval("SELECT email_key FROM users") == "root@example.com"
    finally:
        await conn.close()
    assert password
