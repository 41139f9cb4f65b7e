"""What was deleted longer ago than it can come back is forgotten: only the slug stays taken."""

from datetime import datetime

from qz_api.codes import store as codes
from qz_api.db import Database
from qz_api.links import store
from qz_api.links.fields import RESTORABLE
from qz_api.pages.content import drop_page_of

BITE = 500


async def forget_deleted(db: Database, now: datetime, bite: int = BITE) -> None:
    """Content, names, destinations, passwords and history of links and codes."""
    before = now - RESTORABLE
    for some in (_some_codes, _some_links):
        while await some(db, before, bite) == bite:
            pass


async def _some_codes(db: Database, before: datetime, bite: int) -> int:
    async with db.system() as conn:
        return await codes.forget(conn, before, bite)


async def _some_links(db: Database, before: datetime, bite: int) -> int:
    async with db.system() as conn:
        links = await store.forgotten(conn, before, bite)
        for workspace, link in links:
            await store.blank_link(conn, workspace, link)
            await drop_page_of(conn, workspace, link)
    return len(links)
