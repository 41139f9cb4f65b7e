"""Postgres as the services see it: a bounded pool, and transactions that know their workspace.

`transaction(workspace)` sets `app.workspace` for the forced row-level security and commits at the
end of the block, together with all that was deferred to it (deferred.py). No wait is endless; a
pool that is used up or a Postgres that is away is the Problem `Unavailable` (503), and the next
call finds Postgres again when it is back.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import orjson

from qz_api.bell import Bell
from qz_api.connection import BareConnection, Row, fetch_one
from qz_api.db_settings import PostgresSettings
from qz_api.deferred import Gate
from qz_api.transaction import Transaction
from qz_common.errors import Unavailable

T = TypeVar("T")

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


class Contended(Unavailable):
    """Postgres ended the transaction for the sake of another: the same again may well pass."""


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
            init=prepare_connection,
            reset=_nothing_to_reset,
        )
        self._bell = Bell(self._execute)

    async def open(self) -> None:
        """Connects to nothing yet: the pool fills as it is used."""
        await self._pool

    async def close(self) -> None:
        await self._bell.rest()
        try:
            await asyncio.wait_for(self._pool.close(), CONNECT_SECONDS)
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[BareConnection]:
        """A connection without a transaction or a workspace: each statement commits alone."""
        connection = await self._acquire()
        try:
            with away_is_unavailable(connection):
                yield connection
        finally:
            await self.release(connection)

    @asynccontextmanager
    async def command(
        self, workspace: UUID, gate: Gate | None = None
    ) -> AsyncIterator[Transaction]:
        """Begins as late as can be; see transaction.py."""
        async with self._run(Transaction(self, str(workspace), gate=gate)) as transaction:
            yield transaction

    @asynccontextmanager
    async def transaction(
        self, workspace: UUID, gate: Gate | None = None
    ) -> AsyncIterator[Transaction]:
        """Has begun, so what it writes may be asked for at once."""
        async with self.command(workspace, gate) as transaction:
            await transaction.begin()
            yield transaction

    @asynccontextmanager
    async def account(self, user: UUID) -> AsyncIterator[Transaction]:
        """A transaction that sees what belongs to one user, and no workspace's things."""
        async with self._run(Transaction(self, "", str(user))) as transaction:
            await transaction.begin()
            yield transaction

    @asynccontextmanager
    async def system(self) -> AsyncIterator[Transaction]:
        """A transaction that sees every workspace: for jobs of the deployment, never a request."""
        async with self._run(Transaction(self, EVERY_WORKSPACE)) as transaction:
            await transaction.begin()
            yield transaction

    async def ping(self) -> str | None:
        try:
            await self._execute("SELECT 1")
        except Unavailable as problem:
            return problem.detail
        return None

    async def once(self, ask: Callable[[BareConnection], Awaitable[T]]) -> T:
        """One statement by itself, asked again when its connection dies: done once, or twice."""
        connection, answer = await self.answered(ask)
        await self.release(connection)
        return answer

    async def room(self) -> Row:
        """How many connections the server allows us, and how many are taken by anybody."""
        async with self.connection() as connection:
            return await fetch_one(
                connection,
                """SELECT current_setting('max_connections')::int
                       - current_setting('superuser_reserved_connections')::int AS allowed,
                       sum(numbackends)::int AS taken
                   FROM pg_stat_database""",
            )

    @property
    def pool_size(self) -> int:
        return self._settings.pool_size

    @asynccontextmanager
    async def _run(self, transaction: Transaction) -> AsyncIterator[Transaction]:
        try:
            with away_is_unavailable(transaction):
                try:
                    yield transaction
                    await transaction.commit()
                    if transaction.publishes:
                        self._bell.ring()
                except BaseException:
                    await _roll_back(transaction)
                    raise
        finally:
            await transaction.end()

    async def _execute(self, words: str) -> None:
        async with self.connection() as connection:
            await connection.execute(words)

    async def answered(
        self, ask: Callable[[BareConnection], Awaitable[T]]
    ) -> tuple[BareConnection, T]:
        """A connection and its first answer; one that died while it lay in the pool is no reason
        to fail, another is asked: all of them may have died at once."""
        left = self.pool_size + 1
        while True:
            connection = await self._acquire()
            try:
                with away_is_unavailable(connection):
                    return connection, await ask(connection)
            except BaseException as error:
                died = isinstance(error, Unavailable) and is_dead(connection)
                await self.release(connection)
                left -= 1
                if not (died and left):
                    raise

    async def _acquire(self) -> BareConnection:
        # a deadline costs more than taking a connection that lies there
        seconds = None if self._pool.get_idle_size() else self._settings.acquire_seconds
        try:
            connection: BareConnection = await self._pool.acquire(timeout=seconds)
            return connection
        except TimeoutError as error:
            raise Unavailable(
                "the database is busy", "database_busy", headers=RETRY_AFTER
            ) from error
        except AWAY as error:
            raise _unavailable() from error

    async def release(self, connection: BareConnection) -> None:
        try:
            await self._pool.release(connection, timeout=CONNECT_SECONDS)
        except (TimeoutError, asyncpg.InterfaceError, *AWAY):
            if not is_dead(connection):
                connection.terminate()


@contextmanager
def away_is_unavailable(connection: BareConnection | Transaction) -> Iterator[None]:
    try:
        yield
    except AWAY as error:
        raise _unavailable() from error
    except asyncpg.InterfaceError as error:
        # the same class tells of wrong calls, which are ours to mend
        if not is_dead(connection):
            raise
        raise _unavailable() from error
    except (asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError) as error:
        raise Unavailable(
            "the database took too long", "database_busy", headers=RETRY_AFTER
        ) from error
    except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError) as error:
        raise Contended(
            "others are changing the same things", "database_busy", headers=RETRY_AFTER
        ) from error


def is_dead(connection: BareConnection | Transaction) -> bool:
    """The pool takes a dead connection back by itself, and then nothing can be asked of it."""
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        return True


def server_settings(settings: PostgresSettings) -> dict[str, str]:
    return {
        "application_name": "quietzone-api",
        "statement_timeout": f"{settings.statement_seconds * 1000:.0f}",
        "lock_timeout": "2000",
        "idle_in_transaction_session_timeout": "10000",
        "timezone": "UTC",
    }


async def prepare_connection(connection: BareConnection) -> None:
    await connection.set_type_codec(
        "jsonb", encoder=_dump_json, decoder=orjson.loads, schema="pg_catalog"
    )


def _dump_json(value: object) -> str:
    return orjson.dumps(value).decode()


async def _nothing_to_reset(_: BareConnection) -> None:
    """Whatever we set is `SET LOCAL`, so a finished transaction leaves nothing behind."""


async def _roll_back(transaction: Transaction) -> None:
    if is_dead(transaction):
        return
    try:
        await transaction.roll_back()
    except (TimeoutError, asyncpg.InterfaceError, *AWAY):
        transaction.terminate()


def _unavailable() -> Unavailable:
    return Unavailable("the database is away", "database_unavailable", headers=RETRY_AFTER)
