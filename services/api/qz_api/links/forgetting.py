"""What was deleted longer ago than it can come back is forgotten: only the slug stays taken."""

from datetime import datetime
from uuid import UUID

from qz_api.codes import store as codes
from qz_api.db import Database
from qz_api.links import store
from qz_api.links.fields import RESTORABLE
from qz_api.pages.content import drop_page_of
from qz_api.transaction import Transaction

ROWS = 500


async def forget_deleted(db: Database, now: datetime) -> None:
    """Content, names, destinations, passwords and history of links and codes."""
    before = now - RESTORABLE
    async with db.system() as conn:
        await codes.forget(conn, before, ROWS)
        for workspace, link in await store.forgotten(conn, before, ROWS):
            await _forget(conn, workspace, link)


async def _forget(conn: Transaction, workspace: UUID, link: UUID) -> None:
    await store.blank_link(conn, workspace, link)
    await drop_page_of(conn, workspace, link)
