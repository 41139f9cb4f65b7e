"""Writes that nobody waits for an answer of: they leave together, just before the commit.

A command's new rows, audit entries, outbox rows, meters and Idempotency-Key record are one
statement and one round trip, however many stores they come from. What reads or removes such rows in
the same transaction calls `write_deferred` first.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol, TypeAlias

import asyncpg

from qz_api.connection import Connection

MOST_ROWS = 2000
"""Of one statement, before they are written early."""
Row: TypeAlias = tuple[Any, ...]
SEES = "begun AS MATERIALIZED (SELECT set_config('app.workspace', $1, true))"


@dataclass(frozen=True, slots=True)
class Deferred:
    """Statements over rows: each reads them `FROM {rows}`, and gives the columns their names.

    Types are of the columns, in the order of the values of a row. `{first}` is what the first
    statement returns. They are inserts, or find what they change by what stands in their rows.
    """

    name: str
    types: tuple[str, ...]
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gate:
    """A row that must be new: `insert` reads it `FROM {rows}` and returns true when it is."""

    table: str
    insert: str
    types: tuple[str, ...]
    row: Row

    @property
    def sql(self) -> str:
        return self.insert.replace("{rows}", _values(self.types, 0))


class Overtaken(Exception):
    """What was deferred met rows of others: step by step the same command tells which."""


MET = (
    asyncpg.UniqueViolationError,
    asyncpg.ForeignKeyViolationError,
    # a row of another workspace under the same key
    asyncpg.InsufficientPrivilegeError,
)
Due: TypeAlias = dict[Deferred, dict[Any, Row]]
Part: TypeAlias = tuple[Deferred, bool]
"""And whether it has a single row."""


class Deferring(Connection, Protocol):
    due: Due


async def defer(
    conn: Deferring, what: Deferred, rows: Mapping[Any, Row] | Iterable[tuple[Any, Row]]
) -> None:
    """Rows by a key: a later row of a key takes the place of an earlier one."""
    waiting = conn.due.setdefault(what, {})
    waiting.update(rows)
    if len(waiting) >= MOST_ROWS:
        await write_deferred(conn)


async def write_deferred(conn: Deferring) -> None:
    due = conn.due
    if not due:
        return
    parts, values = _parts(due)
    due.clear()
    with overtaken():
        await conn.execute(_together(parts), *values)


def all_at_once(due: Due, gate: Gate | None, sees: str) -> tuple[str, list[Any]]:
    """One statement that is the whole transaction, with its values. It gives 1 when it wrote, and
    0 when the gate was shut."""
    parts, values = _parts(due)
    if gate is None:
        return _alone(parts, None), [sees, *values]
    return _alone(parts, (gate.insert, gate.types)), [sees, *gate.row, *values]


@contextmanager
def overtaken() -> Iterator[None]:
    try:
        yield
    except MET as error:
        raise Overtaken from error


@asynccontextmanager
async def undone(conn: Deferring) -> AsyncIterator[None]:
    """What happens inside leaves no trace in the transaction around it."""
    await write_deferred(conn)
    await conn.execute("SAVEPOINT undone")
    yield
    await write_deferred(conn)
    await conn.execute("ROLLBACK TO SAVEPOINT undone")


def _parts(due: Due) -> tuple[tuple[Part, ...], list[Any]]:
    parts: list[Part] = []
    values: list[Any] = []
    for what in sorted(due, key=lambda each: each.name):
        rows = tuple(due[what].values())
        parts.append((what, len(rows) == 1))
        values += rows[0] if len(rows) == 1 else zip(*rows, strict=True)
    return tuple(parts), values


# There are as many statements as kinds of commands, so they stay prepared.


@cache
def _together(parts: tuple[Part, ...]) -> str:
    return f"WITH {', '.join(_written(parts, 0, ''))}\nSELECT"


@cache
def _alone(parts: tuple[Part, ...], gate: tuple[str, tuple[str, ...]] | None) -> str:
    """Rows come out of the gate, or of what says which workspace is seen: never before it."""
    door, before, named = "begun", 1, [SEES]
    if gate is not None:
        insert, types = gate
        rows = f"(SELECT given.* FROM begun, {_values(types, before)} AS given)"
        named.append(f"gate AS ({insert.replace('{rows}', rows)})")
        door, before = "gate", before + len(types)
    named += _written(parts, before, door)
    return f"WITH {', '.join(named)}\nSELECT count(*) FROM {door}"


def _written(parts: tuple[Part, ...], before: int, door: str) -> Iterator[str]:
    for what, is_single in parts:
        rows = (_values if is_single else _unnested)(what.types, before)
        rows = f"(SELECT given.* FROM {door}, {rows} AS given)" if door else rows
        for number, statement in enumerate(what.statements):
            text = statement.replace("{rows}", rows).replace("{first}", f"{what.name}_0")
            yield f"{what.name}_{number} AS ({text})"
        before += len(what.types)


def _values(types: tuple[str, ...], before: int) -> str:
    """One row, which is the most frequent, is spared the arrays."""
    numbered = (f"${number}::{type}" for number, type in enumerate(types, before + 1))
    return f"(VALUES ({', '.join(numbered)}))"


def _unnested(types: tuple[str, ...], before: int) -> str:
    numbered = (f"${number}::{type}[]" for number, type in enumerate(types, before + 1))
    return f"unnest({', '.join(numbered)})"
