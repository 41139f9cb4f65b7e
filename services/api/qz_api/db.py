"""Postgres as the services see it: a bounded pool, and transactions that know their workspace.

`transaction(workspace)` sets `app.workspace` for the forced row-level security and commits at the
end of the block, together with all that was deferred to it (deferred.py). No wait is endless; a
pool that is used up or a Postgres that is away is the Problem `Unavailable` (503), and the next
call finds Postgres again when it is back.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from qz_api.deferred import Session, forget_deferred, write_deferred
from qz_api.settings import PostgresSettings
from qz_common.errors import Unavailable

Connection: TypeAlias = asyncpg.Connection
Row: TypeAlias = asyncpg.Record

CONNECT_SECONDS = 3.0
IDLE_SECONDS = 300.0
RETRY_AFTER = {"Retry-After": "1"}
EVERY_WORKSPACE = "*"

AWAY = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    # a session that the server ends between two messages
    asyncpg.InternalClientError,
)


class Database:
    def __init__(self, settings: PostgresSettings) -> None:
        self._settings = settings
        self._pool: Any = asyncpg.create_pool(
            settings.dsn,
            min_size=0,
            max_size=settings.pool_size,
            timeout=CONNECT_SECONDS,
            command_timeout=settings.statement_seconds + 2,
            max_inactive_connection_lifetime=IDLE_SECONDS,
            server_settings=server_settings(settings),
            connection_class=Session,
            init=prepare_connection,
            reset=_nothing_to_reset,
        )

    async def open(self) -> None:
        """Connects to nothing yet: the pool fills as it is used."""
        await self._pool

    async def close(self) -> None:
        try:
            await asyncio.wait_for(self._pool.close(), CONNECT_SECONDS)
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection without a transaction or a workspace: each statement commits alone."""
        connection = await self._acquire()
        try:
            with away_is_unavailable(connection):
                yield connection
        finally:
            await self._release(connection)

    @asynccontextmanager
    async def transaction(self, workspace: UUID) -> AsyncIterator[Connection]:
        async with self._begin(str(workspace)) as connection:
            yield connection

    @asynccontextmanager
    async def account(self, user: UUID) -> AsyncIterator[Connection]:
        """A transaction that sees what belongs to one user, and no workspace's things."""
        async with self._begin("", str(user)) as connection:
            yield connection

    @asynccontextmanager
    async def system(self) -> AsyncIterator[Connection]:
        """A transaction that sees every workspace: for jobs of the deployment, never a request."""
        async with self._begin(EVERY_WORKSPACE) as connection:
            yield connection

    async def ping(self) -> str | None:
        try:
            async with self.connection() as connection:
                await connection.execute("SELECT 1")
        except Unavailable as problem:
            return problem.detail
        return None

    @asynccontextmanager
    async def _begin(self, sees: str, user: str = "") -> AsyncIterator[Connection]:
        async with self.connection() as connection:
            # one round trip; these are UUIDs or our own words, never a caller's text
            await connection.execute(
                f"BEGIN; SET LOCAL app.workspace = '{sees}'; SET LOCAL app.account = '{user}'"
            )
            try:
                yield connection
                await write_deferred(connection)
            except BaseException:
                forget_deferred(connection)
                await _roll_back(connection)
                raise
            await connection.execute("COMMIT")

    async def _acquire(self) -> Connection:
        seconds = self._settings.acquire_seconds
        try:
            return await self._pool.acquire(timeout=seconds)
        except TimeoutError as error:
            raise Unavailable(
                "the database is busy", "database_busy", headers=RETRY_AFTER
            ) from error
        except AWAY as error:
            raise _unavailable() from error

    async def _release(self, connection: Connection) -> None:
        try:
            await self._pool.release(connection, timeout=CONNECT_SECONDS)
        except (TimeoutError, asyncpg.InterfaceError, *AWAY):
            connection.terminate()


@contextmanager
def away_is_unavailable(connection: Connection) -> Iterator[None]:
    try:
        yield
    except AWAY as error:
        raise _unavailable() from error
    except asyncpg.InterfaceError as error:
        # the same class tells of wrong calls, which are ours to mend
        if not connection.is_closed():
            raise
        raise _unavailable() from error
    except (asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError) as error:
        raise Unavailable(
            "the database took too long", "database_busy", headers=RETRY_AFTER
        ) from error


def server_settings(settings: PostgresSettings) -> dict[str, str]:
    return {
        "application_name": "quietzone-api",
        "statement_timeout": f"{settings.statement_seconds * 1000:.0f}",
        "lock_timeout": "2000",
        "idle_in_transaction_session_timeout": "10000",
        "timezone": "UTC",
    }


async def prepare_connection(connection: Connection) -> None:
    await connection.set_type_codec(
        "jsonb", encoder=_dump_json, decoder=orjson.loads, schema="pg_catalog"
    )


def _dump_json(value: object) -> str:
    return orjson.dumps(value).decode()


async def _nothing_to_reset(_: Connection) -> None:
    """Whatever we set is `SET LOCAL`, so a finished transaction leaves nothing behind."""


async def _roll_back(connection: Connection) -> None:
    if connection.is_closed():
        return
    try:
        await connection.execute("ROLLBACK")
    except (TimeoutError, asyncpg.InterfaceError, *AWAY):
        connection.terminate()


def _unavailable() -> Unavailable:
    return Unavailable("the database is away", "database_unavailable", headers=RETRY_AFTER)
