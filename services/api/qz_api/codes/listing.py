"""The list of codes: that of links, with what a code has for itself."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, WithJsonSchema

from qz_api.callers.principal import Principal
from qz_api.codes.store import JOINED, few_static
from qz_api.connection import Connection
from qz_api.links.listing import (
    FEW,
    MIN_INDEXED,
    TEXT,
    LinkQuery,
    add_status,
    add_tag,
    begin,
    few_of_status,
    link_at,
)
from qz_api.links.store import few_indexed
from qz_api.listing import Listing, Table, Walk, pattern_of, walks
from qz_render.content import KINDS

CODES = Table(
    source="codes c LEFT JOIN links l ON l.id = c.link_id",
    columns=JOINED,
    walks={
        **walks(prefix="c."),
        "scan_count": Walk(
            "r.scan_count",
            "bigint",
            ("r.link_id", "c.id"),
            "link_ranks r JOIN links l ON l.id = r.link_id JOIN codes c ON c.link_id = r.link_id",
        ),
    },
)
CONTENT_TYPES = (*KINDS, "landing_page")


def _known_kind(name: str) -> str:
    if name not in CONTENT_TYPES:
        raise ValueError(f"must be one of {', '.join(CONTENT_TYPES)}")
    return name


ContentType = Annotated[
    str,
    AfterValidator(_known_kind),
    WithJsonSchema({"type": "string", "enum": [*CONTENT_TYPES]}),
]


class CodeQuery(LinkQuery):
    type: Literal["dynamic", "static"] | None = None
    """With a link, or the content itself."""
    content_type: ContentType | None = None
    """The kind of the content."""


async def build_codes(
    conn: Connection,
    principal: Principal,
    query: CodeQuery,
    own_hosts: frozenset[str],
    now: datetime,
) -> Listing:
    listing = begin(principal, query, "c", now)
    listing.add_equal("c.type", query.type)
    listing.add_equal("c.content_kind", query.content_type)
    if query.status is not None and query.status != "deleted":
        await _add_status(conn, listing, principal, query.status, now)
    if query.tag is not None:
        await add_tag(conn, listing, principal, query.tag, "c", "qz_tagged_codes")
    if query.q is not None:
        await _search(conn, listing, principal, query.q, own_hosts)
    return listing


async def _add_status(
    conn: Connection, listing: Listing, principal: Principal, status: str, now: datetime
) -> None:
    """A static code has a status of its own, the other kinds that of their link."""
    if status != "active":
        links = await few_of_status(conn, principal, status, now)
        static = await few_static(conn, principal, status, FEW)
        if links is not None and static is not None:
            among = listing.value(links, "uuid[]"), listing.value(static, "uuid[]")
            listing.add(f"(c.link_id = ANY({among[0]}) OR c.id = ANY({among[1]}))")
            return
    dynamic = Listing(values=listing.values)
    add_status(dynamic, status, "l", now)
    own = f"(c.link_id IS NULL AND c.status = {listing.value(status, 'text')})"
    listing.add(f"({dynamic.where} OR {own})")


async def _search(
    conn: Connection, listing: Listing, principal: Principal, q: str, own_hosts: frozenset[str]
) -> None:
    pasted = await link_at(conn, principal, q, own_hosts)
    if pasted is not None:
        listing.add_equal("c.link_id", pasted)
        return
    pattern = pattern_of(q)
    if len(q) >= MIN_INDEXED:
        links = await few_indexed(conn, principal, "qz_found_links", pattern, FEW)
        codes = await few_indexed(conn, principal, "qz_found_codes", pattern, FEW)
        if links is not None and codes is not None:
            among = listing.value(links, "uuid[]"), listing.value(codes, "uuid[]")
            listing.add(f"(c.link_id = ANY({among[0]}) OR c.id = ANY({among[1]}))")
            return
    bound = listing.value(pattern, "text")
    listing.add(f"(c.name ILIKE {bound} OR {TEXT} ILIKE {bound})")
