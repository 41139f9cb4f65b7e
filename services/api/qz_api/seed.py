"""A workspace to begin with: live and test key, and whoever administers it. Safe to run again.

Clear keys can't be read back from Postgres, so the caller keeps them: keys that it passes in and
that still work are answered again, others are made anew.
"""

import hmac
from collections.abc import Mapping
from uuid import UUID

import asyncpg

from qz_api.accounts.seed import seed_admin
from qz_api.accounts.settings import AccountSettings
from qz_api.accounts.workspaces import store as workspaces
from qz_api.auth import service, store
from qz_api.auth.service import KeyDraft
from qz_api.callers.permissions import PRESETS
from qz_api.callers.plans import SELF_HOSTED
from qz_api.callers.principal import Mode
from qz_api.connection import BareConnection, Connection
from qz_api.db import EVERY_WORKSPACE, prepare_connection
from qz_api.migrate import missing
from qz_api.sealing import Secrets
from qz_common.errors import Permanent
from qz_common.ids import read_api_key, show_id

WORKSPACE = UUID("01900000-0000-7000-8000-000000000001")
NAME = "Demo"
ADMIN_EMAIL = "admin@quietzone.localhost"
MODES: tuple[Mode, ...] = ("live", "test")


async def seed(
    admin_dsn: str, secrets: Secrets, accounts: AccountSettings, known: Mapping[str, str]
) -> dict[str, str]:
    connection: BareConnection = await asyncpg.connect(admin_dsn, timeout=10)
    try:
        if await missing(connection):
            raise Permanent("the schema is not up to this release: migrate first")
        await prepare_connection(connection)
        async with connection.transaction():
            await connection.execute(f"SET LOCAL app.workspace = '{EVERY_WORKSPACE}'")
            await workspaces.insert_missing(connection, WORKSPACE, NAME, SELF_HOSTED.name)
            keys = {
                f"{mode}_key": await _key(connection, secrets, mode, known.get(f"{mode}_key", ""))
                for mode in MODES
            }
            password = await seed_admin(
                connection, accounts, WORKSPACE, ADMIN_EMAIL, known.get("admin_password", "")
            )
    finally:
        await connection.close()
    return {
        **keys,
        "admin_email": ADMIN_EMAIL,
        "admin_password": password,
        "workspace": show_id("ws", WORKSPACE),
    }


async def _key(connection: Connection, secrets: Secrets, mode: Mode, known: str) -> str:
    if await _works(connection, secrets, mode, known):
        return known
    draft = KeyDraft(mode=mode, name=f"{NAME} ({mode})", scopes=PRESETS["admin"])
    _, text = await service.issue(connection, secrets, WORKSPACE, draft, created_by="seed")
    return text


async def _works(connection: Connection, secrets: Secrets, mode: Mode, text: str) -> bool:
    key = read_api_key(text)
    if key is None or key.mode != mode:
        return False
    row = await store.usable_key(connection, WORKSPACE, key.public_id)
    return row is not None and hmac.compare_digest(
        row["secret_hash"], service.hash_key(secrets, key)
    )
