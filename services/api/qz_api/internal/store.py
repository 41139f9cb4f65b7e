"""The one look-up that the edge's miss needs."""

from typing import cast

from qz_api.db import Connection


async def route(conn: Connection, key: str) -> bytes | None:
    """The record's bytes exactly as published."""
    value = await conn.fetchval("SELECT value FROM routes WHERE key = $1", key)
    return cast(bytes | None, value)
