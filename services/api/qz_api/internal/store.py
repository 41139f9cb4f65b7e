"""All SQL behind what edges ask: single records, and whether they hold what Postgres says."""

from typing import cast

from qz_api.connection import Connection, Row, fetch_one
from qz_common.route_digest import MOST_LISTED, PAGE, UNCOMPARED


async def route(conn: Connection, key: str) -> bytes | None:
    """The record's bytes exactly as published."""
    value = await conn.fetchval("SELECT value FROM routes WHERE key = $1", key)
    return cast(bytes | None, value)


async def page_digest(conn: Connection, after: str) -> Row:
    """`count, last, digest` of the next page, as `qz_common.route_digest` makes them."""
    return await fetch_one(
        conn,
        """SELECT count(*) AS count, coalesce(max(key), '') AS last,
               encode(sha256(coalesce(string_agg(
                   convert_to(key, 'UTF8') || '\\x00'::bytea || sha256(value), ''::bytea
                   ORDER BY key), '')), 'hex') AS digest
           FROM (SELECT key, value FROM routes WHERE key > $1 AND NOT key ^@ ANY ($2::text[])
                 ORDER BY key LIMIT $3) AS page""",
        after,
        UNCOMPARED,
        PAGE,
    )


async def newest_version(conn: Connection) -> int:
    version = await conn.fetchval(
        """SELECT last_value FROM pg_sequences
           WHERE schemaname = current_schema() AND sequencename = 'route_versions'"""
    )
    return version or 0


async def hashes(conn: Connection, after: str, last: str) -> list[Row]:
    """Of keys behind `after` up to `last`; without a hash while their record waits."""
    rows: list[Row] = await conn.fetch(
        """SELECT key, CASE WHEN EXISTS (SELECT FROM outbox o WHERE o.key = r.key) THEN ''
                       ELSE encode(sha256(value), 'hex') END AS hash
           FROM routes r
           WHERE key > $1 AND ($2 = '' OR key <= $2) AND NOT key ^@ ANY ($3::text[])
           ORDER BY key LIMIT $4""",
        after,
        last,
        UNCOMPARED,
        MOST_LISTED,
    )
    return rows
