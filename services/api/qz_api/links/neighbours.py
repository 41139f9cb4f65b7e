"""What links ask of destinations, campaigns, pages and domains; only asked when one is named.

They are asked by their look-ups, which know no links: their commands call links in turn.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from qz_api.callers.principal import Principal
from qz_api.campaigns import lookup as campaigns
from qz_api.connection import Connection
from qz_api.destinations import lookup as destinations
from qz_api.domains import lookup as domains
from qz_api.pages import lookup as pages
from qz_api.styles import lookup as styles


async def locations(
    conn: Connection, workspace: UUID, mode: str, ids: Collection[UUID]
) -> dict[UUID, str]:
    """Where these destinations lead; absent ones, and other people's, are left out."""
    if not ids:
        return {}
    return await destinations.locations(conn, workspace, mode, ids)


async def campaign_utm(
    conn: Connection, workspace: UUID, mode: str, ids: Collection[UUID]
) -> dict[UUID, dict[str, str]]:
    if not ids:
        return {}
    return await campaigns.utm_of(conn, workspace, mode, ids)


async def landing_pages(conn: Connection, principal: Principal, ids: Collection[UUID]) -> set[UUID]:
    if not ids:
        return set()
    return await pages.existing(conn, principal.workspace, principal.mode, ids)


async def hosts(
    conn: Connection, principal: Principal, named: Collection[str]
) -> dict[str, str | None]:
    """The host behind each name (`dom_…` or a host name): None when it is not verified yet."""
    if not named:
        return {}
    return await domains.hosts(conn, principal.workspace, principal.mode, named)


async def looks(
    conn: Connection, workspace: UUID, mode: str, ids: Collection[UUID]
) -> dict[UUID, dict[str, Any]]:
    """Saved styles, as JSON."""
    if not ids:
        return {}
    return await styles.looks(conn, workspace, mode, ids)
