"""What one command does in Postgres: a transaction that begins as late as can be.

Stores ask it like a connection. What nobody waits for an answer of is deferred (deferred.py); when
a command deferred all it writes, no transaction was begun and all of it is one statement, which is
a transaction by itself and a single round trip. A gate is a row that must be new, or nothing of the
command happens: the record of its Idempotency-Key.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import asyncpg

from qz_api.connection import BareConnection, Row, fetch_one
from qz_api.deferred import Due, Gate, all_at_once, overtaken, write_deferred

Ask: TypeAlias = Callable[[BareConnection], Coroutine[Any, Any, Any]]


class GateShut(Exception):
    """The row was there before: this command has been done, and nothing of it happened again."""


class GateHeld(Exception):
    """Somebody is about to put the row there, and did not come to an end in time."""


class Connections(Protocol):
    async def answered(self, ask: Ask) -> tuple[BareConnection, Any]:
        """A connection of the pool with its first answer."""

    async def release(self, connection: BareConnection) -> None: ...


@dataclass
class Transaction:
    connections: Connections
    sees: str
    """A workspace, every workspace or none: what row-level security lets it see."""
    account: str = ""
    gate: Gate | None = None
    begun: bool = False
    publishes: bool = False
    """Whether the relay has something to do once this is committed."""

    def __post_init__(self) -> None:
        self.due: Due = {}
        self._taken: BareConnection | None = None  # of the pool, once it is needed

    async def fetch(self, query: str, *values: Any) -> list[Row]:
        return await (await self.begin()).fetch(query, *values)

    async def fetchrow(self, query: str, *values: Any) -> Row | None:
        return await (await self.begin()).fetchrow(query, *values)

    async def fetchval(self, query: str, *values: Any) -> Any:
        return await (await self.begin()).fetchval(query, *values)

    async def execute(self, query: str, *values: Any) -> str:
        return await (await self.begin()).execute(query, *values)

    async def ask(self, query: str, *values: Any) -> Row:
        """The one row of a statement that only reads and says itself what it may see: it begins
        nothing."""
        row: Row = await self._answer(lambda conn: fetch_one(conn, query, *values))
        return row

    async def begin(self) -> BareConnection:
        if not self.begun:
            # one round trip; these are UUIDs or our own words, never a caller's text
            words = (
                f"BEGIN; SET LOCAL app.workspace = '{self.sees}';"
                f" SET LOCAL app.account = '{self.account}'"
            )
            await self._answer(lambda conn: conn.execute(words))
            self.begun = True
            await self._pass_gate()
        return self._connection

    @property
    def _connection(self) -> BareConnection:
        if self._taken is None:
            raise RuntimeError("this transaction has asked for nothing yet")
        return self._taken

    async def commit(self) -> None:
        if not self.due and not self.gate and not self.begun:
            return
        if self._taken is None:
            # the first words on a connection may be said twice, and these may not
            await self.begin()
        if self.begun:
            await write_deferred(self)
            await self._connection.execute("COMMIT")
        else:
            await self._write_all(self._connection)

    async def roll_back(self) -> None:
        self.due.clear()
        if self.begun and not self.is_closed():
            await self._connection.execute("ROLLBACK")

    async def end(self) -> None:
        """The connection goes back to the pool."""
        if self._taken is not None:
            await self.connections.release(self._taken)

    def is_closed(self) -> bool:
        return self._taken is not None and self._taken.is_closed()

    def terminate(self) -> None:
        if self._taken is not None:
            self._taken.terminate()

    async def _answer(self, ask: Ask) -> Any:
        if self._taken is not None:
            return await ask(self._taken)
        self._taken, answer = await self.connections.answered(ask)
        return answer

    async def _pass_gate(self) -> None:
        if self.gate is None:
            return
        try:
            is_new = await self._connection.fetchval(self.gate.sql, *self.gate.row)
        except asyncpg.LockNotAvailableError as error:
            raise GateHeld from error
        if not is_new:
            raise GateShut

    async def _write_all(self, connection: BareConnection) -> None:
        sql, values = all_at_once(self.due, self.gate, self.sees)
        try:
            with overtaken():
                is_written = await connection.fetchval(sql, *values)
        except asyncpg.LockNotAvailableError as error:
            if self.gate and self.gate.table in str(error.context):
                raise GateHeld from error
            raise
        if not is_written:
            raise GateShut
