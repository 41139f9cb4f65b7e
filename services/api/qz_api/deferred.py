"""Writes that nobody waits for an answer of: they leave together, just before the commit.

A command's audit entries, outbox rows, meters and Idempotency-Key record are one statement and one
round trip, however many stores they come from. What reads or removes such rows in the same
transaction calls `write_deferred` first.
"""

import re
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import asyncpg

MOST_ROWS = 2000
"""Of one statement, before they are written early."""
PARAMETER = re.compile(r"\$(\d+)")
Row: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Deferred:
    """Statements over many rows at once: `$1`, `$2` … are the columns of all rows, as arrays."""

    name: str
    columns: int
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
    order = sorted(due, key=lambda each: each.name)
    columns = [column for each in order for column in zip(*due[each].values(), strict=True)]
    due.clear()
    await conn.execute(_together(tuple(order)), *columns)


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
def _together(parts: tuple[Deferred, ...]) -> str:
    """One statement; there are as many of them as kinds of commands, so they stay prepared."""
    written: list[str] = []
    before = 0
    for part in parts:
        moved = _Moved(before)
        written += [PARAMETER.sub(moved, statement) for statement in part.statements]
        before += part.columns
    named = ",\n".join(f"w{number} AS ({text})" for number, text in enumerate(written))
    return f"WITH {named}\nSELECT"


@dataclass(frozen=True, slots=True)
class _Moved:
    """Parameters behind those of the parts before."""

    by: int

    def __call__(self, found: re.Match[str]) -> str:
        return f"${int(found[1]) + self.by}"
