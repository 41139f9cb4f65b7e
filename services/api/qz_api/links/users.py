"""What links use, locked behind all links that use it: the order of locks of every command.

    links, by id  →  codes, by id  →  one campaign, destination, landing page, domain or style,
    to be changed  →  shares of those that are named  →  what is written at the end

A command that changes a link has its lock before it asks for a share of anything that the link
names. So a command that changes what is named, and then every link that names it, can't begin with
what is named: it waits for the links first.
"""

from collections.abc import Awaitable, Callable
from typing import TypeAlias
from uuid import UUID

from qz_api.codes import store as codes
from qz_api.connection import Connection, Row
from qz_api.links import store
from qz_api.links.store import Used
from qz_common.errors import Unavailable

TRIES = 10
RETRY_AFTER = {"Retry-After": "1"}
Lock: TypeAlias = Callable[[], Awaitable[Row | None]]


async def lock_used(
    conn: Connection, workspace: UUID, by: Used, value: UUID | str, lock: Lock
) -> Row | None:
    """What `lock` locks, with every link that uses it."""
    return await _behind(
        conn,
        lambda: store.hold_users(conn, workspace, by, value),
        lambda: store.take_users(conn, workspace, by, value),
        lock,
    )


async def lock_leaving(conn: Connection, workspace: UUID, campaign: UUID, lock: Lock) -> Row | None:
    """A campaign that is to end, with every link and code that ever named it."""

    async def hold() -> None:
        await store.hold_users(conn, workspace, "leaving", campaign)
        await codes.hold_in_campaign(conn, workspace, campaign)

    async def take() -> bool:
        return await store.take_users(
            conn, workspace, "leaving", campaign
        ) and await codes.take_in_campaign(conn, workspace, campaign)

    return await _behind(conn, hold, take, lock)


async def _behind(
    conn: Connection,
    hold: Callable[[], Awaitable[None]],
    take: Callable[[], Awaitable[bool]],
    lock: Lock,
) -> Row | None:
    """Whoever names it anew holds a share of it until the link is there, so once it is had, no user
    comes any more. One that came while it was waited for is taken if it is free; to wait for that
    one now would be out of order, so then everything is let go of and waited for again.
    """
    await conn.execute("SAVEPOINT users")
    for _ in range(TRIES):
        await hold()
        row = await lock()
        if row is None or await take():
            return row
        await conn.execute("ROLLBACK TO SAVEPOINT users")
    raise Unavailable("links that use it keep changing", "database_busy", headers=RETRY_AFTER)
