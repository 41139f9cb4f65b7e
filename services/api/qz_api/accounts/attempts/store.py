"""All SQL about tries."""

from datetime import timedelta

from qz_api.connection import Connection


async def take(conn: Connection, key: bytes, burst: int, step: timedelta) -> timedelta | None:
    """None when the try may go on, else how long until one may."""
    wait: timedelta | None = await conn.fetchval("SELECT qz_attempt($1, $2, $3)", key, burst, step)
    return wait


async def forgive(conn: Connection, key: bytes) -> None:
    await conn.execute("DELETE FROM attempt_buckets WHERE key = $1", key)


async def delete_full(conn: Connection, rows: int) -> None:
    """A full bucket is the same as none."""
    await conn.execute(
        """DELETE FROM attempt_buckets WHERE key IN (
               SELECT key FROM attempt_buckets WHERE full_at < now() LIMIT $1)""",
        rows,
    )
