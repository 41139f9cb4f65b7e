"""What a role waits for before it works: Postgres, with a schema that is not older than this."""

import asyncio

import structlog

from qz_api.db import Database
from qz_api.migrate import missing
from qz_common.errors import Permanent, Unavailable
from qz_common.health import Health
from qz_common.roles import pause

SCHEMA_STEP = 0.5
log = structlog.get_logger()


async def until_schema_fits(db: Database, health: Health, stop: asyncio.Event) -> None:
    while not stop.is_set() and not health.started:
        health.started = await _schema_fits(db)
        if not health.started:
            await pause(stop, SCHEMA_STEP)
    if health.started:
        await _tell_room(db)


async def _tell_room(db: Database) -> None:
    """Pools of all processes share what the server allows: better told at start than at noon."""
    try:
        room = await db.room()
    except Unavailable:
        return
    left = room["allowed"] - room["taken"]
    tell = log.info if left >= db.pool_size else log.warning
    words = "connections to Postgres" if left >= db.pool_size else "connections may run out"
    tell(words, pool=db.pool_size, allowed=room["allowed"], taken=room["taken"])


async def _schema_fits(db: Database) -> bool:
    try:
        async with db.connection() as conn:
            absent = await missing(conn)
    except Unavailable as problem:
        log.warning("waiting", reason=problem.detail)
        return False
    if absent:
        raise Permanent(f"the schema is older than this release, migrate first: {absent}")
    return True
