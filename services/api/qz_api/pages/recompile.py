"""The worker's job after a release: pages that an older compiler made are made again.

So that a mended template reaches every page without its author, and no page keeps an old look.
"""

import structlog

from qz_api.connection import Connection, Row
from qz_api.db import Database
from qz_api.pages import store
from qz_api.pages.compile import COMPILER, Compiled
from qz_api.pages.content import compiled_content
from qz_api.pages.publish import publish
from qz_api.pages.service import compiled_landing
from qz_common.errors import Problem

BATCH = 50
log = structlog.get_logger()


async def recompile(db: Database) -> None:
    while await _some(db) == BATCH:
        pass


async def _some(db: Database) -> int:
    async with db.system() as conn:
        rows = await store.lock_outdated(conn, COMPILER, BATCH)
        for row in rows:
            # marked first: a page that no longer compiles keeps its old HTML and is not asked again
            page = await store.mark_compiled(conn, row["id"], COMPILER)
            compiled = await _compiled(conn, page)
            if compiled:
                await publish(conn, page, compiled)
    return len(rows)


async def _compiled(conn: Connection, page: Row) -> Compiled | None:
    try:
        if page["kind"] == "content":
            return compiled_content(page["document"])[1]
        return await compiled_landing(conn, page)
    except (Problem, ValueError, KeyError) as error:
        log.error("a page can't be compiled again", page=str(page["id"]), reason=repr(error))
        return None
