"""All SQL about salts; they live among the routes, like all that is published."""

from qz_api.connection import Connection

LOCK = 0x517A0003


async def lock(conn: Connection) -> None:
    await conn.execute("SELECT pg_advisory_xact_lock($1)", LOCK)


async def keys(conn: Connection) -> list[str]:
    rows = await conn.fetch("SELECT key FROM routes WHERE key >= 'salt:' AND key < 'salt;'")
    return [row["key"] for row in rows]
