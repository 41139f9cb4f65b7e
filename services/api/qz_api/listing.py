"""Lists, the same for every feature: filters, search, orders and pages as SQL.

Clauses are ours, values are bound. A page starts behind the place of the last row, which an index
finds; nothing is counted unless it is asked for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationInfo, field_validator

from qz_api.callers.principal import Principal
from qz_api.connection import Row
from qz_api.http.call import Call
from qz_api.http.paging import PageQuery, page_of
from qz_api.http.respond import Answer, shown
from qz_api.http.schema import Moment, Sought, ending_after

V = TypeVar("V", bound=BaseModel)
NEWEST_FIRST: Final = "-created_at"
LEADING = 2
"""Keys of the table that has the order; what comes behind breaks ties within another."""


class ListQuery(PageQuery):
    q: Sought | None = None
    """Part of a name or an address, whatever its case."""
    created_after: Moment | None = None
    """Inclusive."""
    created_before: Moment | None = None
    """Exclusive."""
    sort: str = NEWEST_FIRST

    @field_validator("created_before")
    @classmethod
    def _ends_later(cls, before: datetime | None, others: ValidationInfo) -> datetime | None:
        return ending_after(others.data.get("created_after"), before)

    def filters(self) -> tuple[object, ...]:
        """All that a cursor is bound to."""
        return tuple(value for name, value in self if name not in ("cursor", "limit", "include"))


class NamedQuery(ListQuery):
    """Of what has a name and can be changed."""

    sort: Literal[
        "created_at", "-created_at", "updated_at", "-updated_at", "name", "-name"
    ] = NEWEST_FIRST  # fmt: skip
    """With `-` descending; names whatever their case."""


@dataclass(frozen=True)
class Walk:
    """One order of a list: its key, what breaks ties, and where it is read when not as usual."""

    key: str
    cast: str
    ties: Sequence[str]
    source: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key, *self.ties)


@dataclass(frozen=True)
class Table:
    """What differs between lists."""

    source: str
    columns: str
    walks: Mapping[str, Walk]
    text: str = "name"
    """What `q` looks through."""
    live: str = "deleted_at IS NULL"

    def walk(self, sort: str) -> Walk:
        return self.walks[sort.removeprefix("-")]


def walks(name: str = "name", prefix: str = "") -> dict[str, Walk]:
    """The orders that every list has; `prefix` is the table's alias with its dot."""
    ties = (f"{prefix}id",)
    return {
        "created_at": Walk(f"{prefix}created_at", "timestamptz", ties),
        "updated_at": Walk(f"{prefix}updated_at", "timestamptz", ties),
        "name": Walk(f'lower({prefix}{name}) COLLATE "C"', "text", ties),
    }


@dataclass
class Listing:
    """A query under construction; `value` binds one and gives its placeholder."""

    clauses: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def value(self, value: Any, cast: str = "") -> str:
        self.values.append(value)
        return f"${len(self.values)}" + (f"::{cast}" if cast else "")

    def add(self, clause: str) -> None:
        self.clauses.append(clause)

    def add_equal(self, column: str, value: Any) -> None:
        if value is not None:
            self.add(f"{column} = {self.value(value)}")

    def add_range(self, query: ListQuery, prefix: str = "") -> None:
        if query.created_after is not None:
            self.add(f"{prefix}created_at >= {self.value(query.created_after)}")
        if query.created_before is not None:
            self.add(f"{prefix}created_at < {self.value(query.created_before)}")

    @property
    def where(self) -> str:
        return " AND ".join(self.clauses)


def of_tenant(principal: Principal, prefix: str = "") -> Listing:
    listing = Listing()
    listing.add(f"{prefix}workspace_id = {listing.value(principal.workspace)}")
    listing.add(f"{prefix}mode = {listing.value(principal.mode)}")
    return listing


def plain(principal: Principal, table: Table, query: ListQuery, **equal: Any) -> Listing:
    """For a table that a workspace has few rows of; `equal` are columns and wanted values."""
    listing = of_tenant(principal)
    listing.add(table.live)
    for column, value in equal.items():
        listing.add_equal(column, value)
    listing.add_range(query)
    if query.q is not None:
        listing.add(f"{table.text} ILIKE {listing.value(pattern_of(query.q), 'text')}")
    return listing


def pattern_of(q: str) -> str:
    escaped = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


async def answer(
    call: Call, table: Table, listing: Listing, query: ListQuery, view: Callable[[Row], V]
) -> Answer:
    """One page, and how many there are in all when that was asked."""
    cursors = call.cursors(*query.filters())
    walk = table.walk(query.sort)
    place = None if query.cursor is None else _place(walk, cursors.read(query.cursor))
    source, total = walk.source or table.source, None
    if query.include:
        total = await call.conn.fetchval(
            f"SELECT count(*) FROM {source} WHERE {listing.where}", *listing.values
        )
    sql = _select(listing, f"{table.columns}, {_shown(walk)}", source, walk, query, place)
    rows = await call.conn.fetch(sql, *listing.values)
    names = [f"place_{number}" for number in range(len(walk.keys))]
    return shown(page_of(rows, query, cursors, view, total, place=names))


def _select(
    listing: Listing, columns: str, source: str, walk: Walk, query: ListQuery,
    place: Sequence[Any] | None,
) -> str:  # fmt: skip
    """The page after `place`, with one row more than was asked for."""
    down = query.sort.startswith("-")
    if place is not None:
        _go_behind(listing, walk, place, "<" if down else ">")
    order = ", ".join(f"{key} {'DESC' if down else 'ASC'}" for key in walk.keys)
    return (
        f"SELECT {columns} FROM {source} WHERE {listing.where} "
        f"ORDER BY {order} LIMIT {listing.value(query.limit + 1)}"
    )


def _go_behind(listing: Listing, walk: Walk, place: Sequence[Any], sign: str) -> None:
    casts = (walk.cast, *("uuid" for _ in walk.ties))
    bound = [listing.value(each, cast) for each, cast in zip(place, casts, strict=True)]
    listing.add(f"({', '.join(walk.keys)}) {sign} ({', '.join(bound)})")
    if len(walk.keys) > LEADING:
        # the same for an index of the table that leads, which knows no later key
        leading = ", ".join(walk.keys[:LEADING])
        listing.add(f"({leading}) {sign}= ({', '.join(bound[:LEADING])})")


def _shown(walk: Walk) -> str:
    return ", ".join(f"{key} AS place_{number}" for number, key in enumerate(walk.keys))


def _place(walk: Walk, written: list[Any]) -> list[Any]:
    key, *ids = written
    if walk.cast == "timestamptz":
        key = datetime.fromisoformat(key)
    return [key, *map(UUID, ids)]
