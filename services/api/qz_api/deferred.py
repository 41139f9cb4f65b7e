"""Writes that nobody waits for an answer of: they leave together, just before the commit.

A command's audit entries, outbox rows, meters and Idempotency-Key record are one statement and one
round trip, however many stores they come from. What reads or removes such rows in the same
transaction calls `write_deferred` first.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import asyncpg

MOST_ROWS = 2000
"""Of one statement, before they are written early."""
Row: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Deferred:
    """Statements over rows: each reads them `FROM {rows}`, and gives the columns their names.

    Types are of the columns, in the order of the values of a row.
    """

    name: str
    types: tuple[str, ...]
    statements: tuple[str, ...]


class Session(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no types
    """A connection that knows what its transaction has still to write."""

    __slots__ = ("due",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.due: dict[Deferred, dict[Any, Row]] = {}


async def defer(
    conn: asyncpg.Connection, what: Deferred, rows: Mapping[Any, Row] | Iterable[tuple[Any, Row]]
) -> None:
    """Rows by a key: a later row of a key takes the place of an earlier one."""
    waiting = conn.due.setdefault(what, {})
    waiting.update(rows)
    if len(waiting) >= MOST_ROWS:
        await write_deferred(conn)


async def write_deferred(conn: asyncpg.Connection) -> None:
    due = conn.due
    if not due:
        return
    parts: list[tuple[Deferred, bool]] = []
    values: list[Any] = []
    for what in sorted(due, key=lambda each: each.name):
        rows = tuple(due[what].values())
        parts.append((what, len(rows) == 1))
        values += rows[0] if len(rows) == 1 else zip(*rows, strict=True)
    due.clear()
    await conn.execute(_together(tuple(parts)), *values)


def forget_deferred(conn: asyncpg.Connection) -> None:
    conn.due.clear()


@asynccontextmanager
async def undone(conn: asyncpg.Connection) -> AsyncIterator[None]:
    """What happens inside leaves no trace in the transaction around it."""
    await write_deferred(conn)
    await conn.execute("SAVEPOINT undone")
    yield
    await write_deferred(conn)
    await conn.execute("ROLLBACK TO SAVEPOINT undone")


@cache
def _together(parts: tuple[tuple[Deferred, bool], ...]) -> str:
    """One statement; there are as many of them as kinds of commands, so they stay prepared."""
    written: list[str] = []
    before = 0
    for what, is_single in parts:
        rows = _rows(what.types, before, is_single)
        written += [statement.replace("{rows}", rows) for statement in what.statements]
        before += len(what.types)
    named = ",\n".join(f"w{number} AS ({text})" for number, text in enumerate(written))
    return f"WITH {named}\nSELECT"


def _rows(types: tuple[str, ...], before: int, is_single: bool) -> str:
    """One row, which is the most frequent, is spared the arrays."""
    numbered = enumerate(types, before + 1)
    if is_single:
        return f"(VALUES ({', '.join(f'${number}::{type}' for number, type in numbered)}))"
    return f"unnest({', '.join(f'${number}::{type}[]' for number, type in numbered)})"
