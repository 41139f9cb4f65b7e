"""Lists of links and of codes: filters, orders and pages as SQL that an index serves.

Clauses are ours, values are bound. A search or a tag that hits little is looked up in its index
first; one that hits much is found soon on a walk in the order of the list.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from qz_api.auth.principal import Principal
from qz_api.db import Connection, Row
from qz_api.http.paging import Cursors, PageQuery
from qz_api.http.schema import Moment
from qz_api.links.fields import RESTORABLE, normal_tag
from qz_api.links.schemas import Status
from qz_api.links.store import OF_L
from qz_common.ids import read_id

Order = Literal[
    "created_at", "-created_at", "updated_at", "-updated_at", "name", "-name", "scan_count",
    "-scan_count",
]  # fmt: skip
FEW = 1000
"""So many hits of an index are taken one by one; more, and the list is walked in its order."""
MIN_INDEXED = 3
"""Characters that a trigram needs."""
CASTS = {"created_at": "timestamptz", "updated_at": "timestamptz", "name": "text",
         "scan_count": "bigint"}  # fmt: skip
LEADING = 2
"""Keys of the table that has the order; what comes behind breaks ties within another."""
STATUSES: Mapping[str, str] = {
    "active": "{l}.status = 'active' AND ({l}.starts_at IS NULL OR {l}.starts_at <= {now})"
    " AND ({l}.expires_at IS NULL OR {l}.expires_at > {now})",
    "scheduled": "{l}.status = 'active' AND {l}.starts_at > {now}"
    " AND ({l}.expires_at IS NULL OR {l}.expires_at > {now})",
    "expired": "{l}.status = 'active' AND {l}.expires_at <= {now}",
}
"""What the clock says of an active link; all other statuses are stored."""


class ListQuery(PageQuery):
    status: Status | None = None
    campaign: Annotated[str, Field(max_length=64)] | None = None
    tag: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    q: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """Part of a name, a slug or a destination, whatever its case."""
    created_after: Moment | None = None
    """Inclusive."""
    created_before: Moment | None = None
    """Exclusive."""
    sort: Order = "-created_at"

    def filters(self) -> tuple[object, ...]:
        """All that a cursor is bound to."""
        return tuple(value for name, value in self if name not in ("cursor", "limit", "include"))


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

    @property
    def where(self) -> str:
        return " AND ".join(self.clauses)


@dataclass(frozen=True)
class Table:
    """What differs between lists: `keys` are the orders' expressions, then what breaks ties."""

    alias: str
    source: str
    ranked: str
    columns: str
    keys: Mapping[str, str]
    ties: Sequence[str]
    ranked_ties: Sequence[str]

    def places(self, by: str) -> tuple[str, ...]:
        return (self.keys[by], *(self.ranked_ties if by == "scan_count" else self.ties))


def start(principal: Principal, alias: str, now: datetime, *, deleted: bool) -> Listing:
    """Of this workspace and mode; deleted ones only while they can come back."""
    listing = Listing()
    listing.add(f"{alias}.workspace_id = {listing.value(principal.workspace)}")
    listing.add(f"{alias}.mode = {listing.value(principal.mode)}")
    if deleted:
        listing.add(f"{alias}.deleted_at > {listing.value(now - RESTORABLE)}")
    else:
        listing.add(f"{alias}.deleted_at IS NULL")
    return listing


def add_common(listing: Listing, query: ListQuery, alias: str) -> None:
    if query.campaign is not None:
        id = read_id("cmp", query.campaign) or UUID(int=0)
        listing.add(f"{alias}.campaign_id = {listing.value(id)}")
    if query.created_after is not None:
        listing.add(f"{alias}.created_at >= {listing.value(query.created_after)}")
    if query.created_before is not None:
        listing.add(f"{alias}.created_at < {listing.value(query.created_before)}")


def add_status(listing: Listing, status: str, link: str, now: datetime) -> None:
    pattern = STATUSES.get(status)
    if pattern is None:
        listing.add(f"{link}.status = {listing.value(status)}")
    else:
        listing.add(f"({pattern.format(l=link, now=listing.value(now, 'timestamptz'))})")


async def few(
    conn: Connection, function: str, principal: Principal, wanted: str
) -> list[UUID] | None:
    """All hits of an index, when they are few; None when they are many, or nobody knows."""
    ids: list[UUID] | None = await conn.fetchval(
        f"SELECT {function}($1, $2, $3, $4)", principal.workspace, principal.mode, wanted, FEW + 1
    )
    return ids if ids is not None and len(ids) <= FEW else None


async def few_of_status(
    conn: Connection, principal: Principal, status: str, now: datetime
) -> list[UUID] | None:
    """Links of a status, when they are few."""
    listing = start(principal, "l", now, deleted=False)
    add_status(listing, status, "l", now)
    sql = f"SELECT l.id FROM links l WHERE {listing.where} LIMIT {FEW + 1}"
    rows = await conn.fetch(sql, *listing.values)
    return [row["id"] for row in rows] if len(rows) <= FEW else None


async def add_tag(
    conn: Connection, listing: Listing, principal: Principal, tag: str, alias: str, function: str
) -> None:
    wanted = normal_tag(tag)
    hits = await few(conn, function, principal, wanted)
    if hits is not None:
        listing.add(f"{alias}.id = ANY({listing.value(hits, 'uuid[]')})")
    listing.add(f"{alias}.tags @> ARRAY[{listing.value(wanted, 'text')}]")


def pattern_of(q: str) -> str:
    escaped = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


async def find(
    conn: Connection, listing: Listing, table: Table, query: ListQuery, cursors: Cursors
) -> tuple[list[Row], int | None]:
    """The rows of one page and one more, and how many there are in all when that was asked."""
    place = _read_place(cursors, query)
    total = None
    if query.include:
        total = await conn.fetchval(_count(listing, table, query), *listing.values)
    sql = _select(listing, table, query, place)
    return await conn.fetch(sql, *listing.values), total


def _select(listing: Listing, table: Table, query: ListQuery, place: Sequence[Any] | None) -> str:
    """The page after `place`, with one row more than was asked for."""
    by = query.sort.removeprefix("-")
    keys = table.places(by)
    down = query.sort.startswith("-")
    if place is not None:
        casts = (CASTS[by], *("uuid" for _ in keys[1:]))
        bound = [listing.value(each, cast) for each, cast in zip(place, casts, strict=True)]
        sign = "<" if down else ">"
        listing.add(f"({', '.join(keys)}) {sign} ({', '.join(bound)})")
        if len(keys) > LEADING:
            # the same for an index of the table that leads, which knows no later key
            leading = f"({', '.join(keys[:LEADING])}) {sign}= ({', '.join(bound[:LEADING])})"
            listing.add(leading)
    order = ", ".join(f"{key} {'DESC' if down else 'ASC'}" for key in keys)
    shown = ", ".join(f"{key} AS place_{number}" for number, key in enumerate(keys))
    source = table.ranked if by == "scan_count" else table.source
    return (
        f"SELECT {table.columns}, {shown} FROM {source} WHERE {listing.where} "
        f"ORDER BY {order} LIMIT {listing.value(query.limit + 1)}"
    )


def _count(listing: Listing, table: Table, query: ListQuery) -> str:
    """Call before `_select`, which adds the page's own values."""
    source = table.ranked if query.sort.endswith("scan_count") else table.source
    return f"SELECT count(*) FROM {source} WHERE {listing.where}"


def place_of(table: Table, query: ListQuery) -> list[str]:
    """The columns of a row that say where it stands in the order asked for."""
    by = query.sort.removeprefix("-")
    return [f"place_{number}" for number in range(len(table.places(by)))]


def _read_place(cursors: Cursors, query: ListQuery) -> list[Any] | None:
    if query.cursor is None:
        return None
    key, *ids = cursors.read(query.cursor)
    if query.sort.removeprefix("-") in ("created_at", "updated_at"):
        key = datetime.fromisoformat(key)
    return [key, *map(UUID, ids)]


LINKS = Table(
    alias="l",
    source="links l",
    ranked="link_ranks r JOIN links l ON l.id = r.link_id",
    columns=OF_L,
    keys={
        "created_at": "l.created_at",
        "updated_at": "l.updated_at",
        "name": 'lower(l.name) COLLATE "C"',
        "scan_count": "r.scan_count",
    },
    ties=("l.id",),
    ranked_ties=("r.link_id",),
)


async def build_links(
    conn: Connection, principal: Principal, query: ListQuery, now: datetime
) -> Listing:
    listing = start(principal, "l", now, deleted=query.status == "deleted")
    if query.sort.endswith("scan_count"):
        listing.add("r.workspace_id = $1 AND r.mode = $2")
    add_common(listing, query, "l")
    if query.status is not None:
        add_status(listing, query.status, "l", now)
    if query.tag is not None:
        await add_tag(conn, listing, principal, query.tag, "l", "qz_tagged_links")
    if query.q is not None:
        await _search_links(conn, listing, principal, query.q)
    return listing


async def _search_links(conn: Connection, listing: Listing, principal: Principal, q: str) -> None:
    pattern = pattern_of(q)
    if len(q) >= MIN_INDEXED:
        hits = await few(conn, "qz_found_links", principal, pattern)
        if hits is not None:
            listing.add(f"l.id = ANY({listing.value(hits, 'uuid[]')})")
            return
    text = "l.name || ' ' || l.slug || ' ' || l.destination_url"
    listing.add(f"{text} ILIKE {listing.value(pattern, 'text')}")
