"""The list of links, and what it shares with that of codes: status, campaign, tag and search.

A search or a tag that hits little is looked up in its index first; one that hits much is found
soon on a walk in the order of the list.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from qz_api.callers.principal import Principal
from qz_api.connection import Connection
from qz_api.http.schema import Sought
from qz_api.links.fields import RESTORABLE, normal_tag
from qz_api.links.schemas import Status
from qz_api.links.store import OF_L, few_indexed, few_where, id_at
from qz_api.listing import (
    NEWEST_FIRST,
    Listing,
    ListQuery,
    Table,
    Walk,
    of_tenant,
    pattern_of,
    walks,
)
from qz_common.ids import read_id

FEW = 1000
"""So many hits of an index are taken one by one; more, and the list is walked in its order."""
MIN_INDEXED = 3
"""Characters that a trigram needs."""
SHORT_URL = re.compile(
    r"(?:https?://)?([a-z0-9.-]+)(?::\d+)?/([a-z0-9_-]{3,64})/?(?:[?#].*)?",
    re.ASCII | re.IGNORECASE,
)
CAMPAIGN = "^cmp_[0-9a-z]{26}$"
TEXT = "l.name || ' ' || l.slug || ' ' || l.destination_url"
STATUSES: Mapping[str, str] = {
    "active": "{l}.status = 'active' AND ({l}.starts_at IS NULL OR {l}.starts_at <= {now})"
    " AND ({l}.expires_at IS NULL OR {l}.expires_at > {now})",
    "scheduled": "{l}.status = 'active' AND {l}.starts_at > {now}"
    " AND ({l}.expires_at IS NULL OR {l}.expires_at > {now})",
    "expired": "{l}.status = 'active' AND {l}.expires_at <= {now}",
}
"""What the clock says of an active link; all other statuses are stored."""


class LinkQuery(ListQuery):
    status: Status | None = None
    """What the clock says counts: an active link that has ended is `expired`."""
    campaign: Annotated[str, Field(pattern=CAMPAIGN)] | None = None
    """The id of a campaign."""
    tag: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """A whole tag, whatever its case."""
    q: Sought | None = None
    """Part of a name, a slug or a destination, whatever its case; or a whole short URL."""
    sort: Literal[
        "created_at", "-created_at", "updated_at", "-updated_at", "name", "-name", "scan_count",
        "-scan_count",
    ] = NEWEST_FIRST  # fmt: skip
    """With `-` descending; names whatever their case."""


LINKS = Table(
    source="links l",
    columns=OF_L,
    walks={
        **walks(prefix="l."),
        "scan_count": Walk(
            "r.scan_count",
            "bigint",
            ("r.link_id",),
            "link_ranks r JOIN links l ON l.id = r.link_id",
        ),
    },
)


def begin(principal: Principal, query: LinkQuery, alias: str, now: datetime) -> Listing:
    """Of this workspace and mode; deleted ones only while they can come back."""
    listing = of_tenant(principal, f"{alias}.")
    if query.status == "deleted":
        listing.add(f"{alias}.deleted_at > {listing.value(now - RESTORABLE)}")
    else:
        listing.add(f"{alias}.deleted_at IS NULL")
    if query.sort.endswith("scan_count"):
        listing.add("r.workspace_id = $1 AND r.mode = $2")
    if query.campaign is not None:
        listing.add_equal(f"{alias}.campaign_id", read_id("cmp", query.campaign) or UUID(int=0))
    listing.add_range(query, f"{alias}.")
    return listing


async def build_links(
    conn: Connection,
    principal: Principal,
    query: LinkQuery,
    own_hosts: frozenset[str],
    now: datetime,
) -> Listing:
    listing = begin(principal, query, "l", now)
    if query.status is not None:
        add_status(listing, query.status, "l", now)
    if query.tag is not None:
        await add_tag(conn, listing, principal, query.tag, "l", "qz_tagged_links")
    if query.q is not None:
        await _search_links(conn, listing, principal, query.q, own_hosts)
    return listing


def add_status(listing: Listing, status: str, link: str, now: datetime) -> None:
    pattern = STATUSES.get(status)
    if pattern is None:
        listing.add(f"{link}.status = {listing.value(status)}")
    else:
        listing.add(f"({pattern.format(l=link, now=listing.value(now, 'timestamptz'))})")


async def few_of_status(
    conn: Connection, principal: Principal, status: str, now: datetime
) -> list[UUID] | None:
    """Links of a status, when they are few."""
    listing = of_tenant(principal, "l.")
    listing.add("l.deleted_at IS NULL")
    add_status(listing, status, "l", now)
    return await few_where(conn, listing.where, listing.values, FEW)


async def add_tag(
    conn: Connection, listing: Listing, principal: Principal, tag: str, alias: str, function: str
) -> None:
    wanted = normal_tag(tag)
    hits = await few_indexed(conn, principal, function, wanted, FEW)
    if hits is not None:
        listing.add(f"{alias}.id = ANY({listing.value(hits, 'uuid[]')})")
    listing.add(f"{alias}.tags @> ARRAY[{listing.value(wanted, 'text')}]")


async def link_at(
    conn: Connection, principal: Principal, q: str, own_hosts: frozenset[str]
) -> UUID | None:
    """The link whose short URL was pasted, if it was one."""
    found = SHORT_URL.fullmatch(q.strip())
    if found is None:
        return None
    host, slug = found[1].lower(), found[2].lower()
    return await id_at(conn, principal, "" if host in own_hosts else host, slug)


async def _search_links(
    conn: Connection, listing: Listing, principal: Principal, q: str, own_hosts: frozenset[str]
) -> None:
    pasted = await link_at(conn, principal, q, own_hosts)
    if pasted is not None:
        listing.add_equal("l.id", pasted)
        return
    pattern = pattern_of(q)
    if len(q) >= MIN_INDEXED:
        hits = await few_indexed(conn, principal, "qz_found_links", pattern, FEW)
        if hits is not None:
            listing.add(f"l.id = ANY({listing.value(hits, 'uuid[]')})")
            return
    listing.add(f"{TEXT} ILIKE {listing.value(pattern, 'text')}")
