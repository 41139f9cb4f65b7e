"""ClickHouse behind one seam: a server over HTTP, or the engine in this process, by DSN.

Each thread has a client of its own, opened when first used, and calls on it wait their turn: a
`ClickHouse` with one thread is the one writer. A client that failed on the way to the store is
dropped and opened anew, so a store that was away needs no restart of ours.
"""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qs, urlsplit, urlunsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError, Error, OperationalError

from qz_common.errors import Retryable

if TYPE_CHECKING:
    import pyarrow as pa  # 40 MB, and only who inserts has blocks

T = TypeVar("T")
Row = Sequence[Any]
Parameters = Mapping[str, object]
CONNECT_SECONDS = 5
EMBEDDED = "chdb"

ONE_BLOCK = {
    "max_insert_threads": 1,
    "min_insert_block_size_rows": 1_048_576,
    "min_insert_block_size_bytes": 1 << 30,
    "max_insert_block_size": 1_048_576,
    "input_format_parallel_parsing": 0,
    "async_insert": 0,
}
"""What makes an insert one block, one part and so one atomic step."""


class StoreAway(Retryable):
    """The store can't be reached now, or went away in the middle."""


class StoreRefused(Exception):
    """The store answered with an error; `code` is ClickHouse's number of it."""

    def __init__(self, message: str, code: int | None) -> None:
        super().__init__(message)
        self.code = code


class ClickHouse:
    def __init__(
        self,
        dsn: str,
        *,
        threads: int = 1,
        settings: Mapping[str, object] | None = None,
        seconds: float = 60,
    ) -> None:
        self._dsn = dsn
        self._settings = dict(settings or {})
        self._seconds = seconds
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="clickhouse")
        self._local = threading.local()
        self._opened: list[Client] = []

    async def run(self, work: Callable[[Client], T]) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._call, work)

    async def rows(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        bound = dict(parameters or {})
        return await self.run(lambda client: list(client.query(sql, bound).result_rows))

    async def command(self, sql: str, parameters: Parameters | None = None) -> None:
        bound = dict(parameters or {})
        await self.run(lambda client: client.command(sql, bound))

    async def insert(self, table: str, block: "pa.Table") -> None:
        """All of it in one part, or nothing of it."""
        await self.run(lambda client: client.insert_arrow(table, block, settings=ONE_BLOCK))

    async def ping(self) -> str | None:
        """None when the store answers, else why not: a readiness check."""
        try:
            await self.rows("SELECT 1")
        except (StoreAway, StoreRefused) as error:
            return f"store: {str(error)[:200]}"
        return None

    async def close(self) -> None:
        await asyncio.to_thread(self._executor.shutdown)
        for client in self._opened:
            client.close()

    def _call(self, work: Callable[[Client], T]) -> T:
        try:
            with told_apart():
                return work(self._client())
        except StoreAway:
            self._forget()
            raise

    def _client(self) -> Client:
        client: Client | None = getattr(self._local, "client", None)
        if client is None:
            client = self._local.client = open_client(self._dsn, self._settings, self._seconds)
            self._opened.append(client)
        return client

    def _forget(self) -> None:
        client: Client | None = getattr(self._local, "client", None)
        if client is not None:
            self._opened.remove(client)
            self._local.client = None
            client.close()


@contextlib.asynccontextmanager
async def opened(store: ClickHouse) -> AsyncIterator[ClickHouse]:
    try:
        yield store
    finally:
        await store.close()


@contextlib.contextmanager
def told_apart() -> Iterator[None]:
    """The driver's errors as ours: the store is away, or it refused."""
    try:
        yield
    except DatabaseError as error:
        if isinstance(error, OperationalError):
            raise StoreAway(str(error)) from error
        raise StoreRefused(str(error), error.code) from error
    except (Error, OSError) as error:
        raise StoreAway(str(error)) from error


def open_client(
    dsn: str, settings: Mapping[str, object] | None = None, seconds: float = 60
) -> Client:
    chosen = dict(settings or {})
    if urlsplit(dsn).scheme == EMBEDDED:
        return clickhouse_connect.get_client(dsn=dsn, settings=chosen)
    return clickhouse_connect.get_client(
        dsn=dsn,
        settings=chosen,
        connect_timeout=CONNECT_SECONDS,
        send_receive_timeout=seconds,
        autogenerate_session_id=False,
        query_retries=0,
    )


def split_database(dsn: str) -> tuple[str, str]:
    """The DSN without its database, and the database (`default` when none is named)."""
    parts = urlsplit(dsn)
    if parts.scheme == EMBEDDED:
        named = parse_qs(parts.query).get("database", ["default"])[0]
        return urlunsplit(parts._replace(query="")), named
    return urlunsplit(parts._replace(path="/")), parts.path.strip("/") or "default"
