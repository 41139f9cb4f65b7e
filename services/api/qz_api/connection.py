"""What stores ask, as types: asyncpg publishes none, so without these nothing of it is checked.

`Connection` is all that a store needs that reads, or writes at once. One that defers its writes or
publishes takes a `Transaction` (transaction.py), which a bare connection can't stand in for.
"""

from collections.abc import Callable, ItemsView, KeysView
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, overload


class Row(Protocol):
    """Of an answer, by the names of its columns; whatever is made from one takes a mapping too."""

    def __getitem__(self, column: str, /) -> Any: ...

    def __contains__(self, column: object, /) -> bool: ...

    @overload
    def get(self, column: str, /) -> Any: ...

    @overload
    def get(self, column: str, default: Any, /) -> Any: ...

    def keys(self) -> KeysView[str]: ...

    def items(self) -> ItemsView[str, Any]: ...


class Connection(Protocol):
    async def fetch(self, query: str, *values: Any) -> list[Row]: ...

    async def fetchrow(self, query: str, *values: Any) -> Row | None: ...

    async def fetchval(self, query: str, *values: Any) -> Any: ...

    async def execute(self, query: str, *values: Any) -> str: ...


class BareConnection(Connection, Protocol):
    """A session with Postgres, of the pool or opened by itself: every statement commits alone,
    unless it stands in a `transaction()`."""

    def transaction(self) -> AbstractAsyncContextManager[object]: ...

    async def set_type_codec(self, name: str, **how: Any) -> None: ...

    async def reset(self, **how: Any) -> None: ...

    async def add_listener(self, channel: str, callback: Callable[..., None]) -> None: ...

    def is_closed(self) -> bool: ...

    async def close(self) -> None: ...

    def terminate(self) -> None: ...


async def fetch_one(conn: Connection, query: str, *values: Any) -> Row:
    """Of a statement that always gives a row."""
    row = await conn.fetchrow(query, *values)
    if row is None:
        raise RuntimeError(f"no row came of {query.split()[:4]}")
    return row
