"""What links ask of destinations, campaigns, pages and domains; only asked when one is named.

The neighbours call links in turn, so they are imported when they are asked.
"""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from qz_api.auth.principal import Principal
from qz_api.db import Connection
from qz_common.errors import Conflict, NotFound


async def locations(
    conn: Connection, workspace: UUID, mode: str, ids: Collection[UUID]
) -> dict[UUID, str]:
    """Where these destinations lead; absent ones, and other people's, are left out."""
    if not ids:
        return {}
    from qz_api.destinations import service

    return await service.locations(conn, workspace, mode, ids)


async def campaign_utm(
    conn: Connection, workspace: UUID, mode: str, ids: Collection[UUID]
) -> dict[UUID, dict[str, str]]:
    if not ids:
        return {}
    from qz_api.campaigns import service

    return await service.utm_of(conn, workspace, mode, ids)


async def landing_pages(conn: Connection, principal: Principal, ids: Collection[UUID]) -> set[UUID]:
    if not ids:
        return set()
    from qz_api.pages import service

    found = set()
    for id in ids:
        try:
            found.add((await service.require_page(conn, principal, id))["id"])
        except NotFound:
            continue
    return found


async def hosts(
    conn: Connection, principal: Principal, named: Collection[str]
) -> dict[str, str | None]:
    """The host behind each name (`dom_…` or a host name): None when it is not verified yet."""
    found: dict[str, str | None] = {}
    if not named:
        return found
    from qz_api.domains import service

    for name in named:
        try:
            found[name] = (await service.require_verified(conn, principal, name))["host"]
        except NotFound:
            continue
        except Conflict:
            found[name] = None
    return found


async def page_for_content(
    conn: Connection, principal: Principal, link: UUID, content: Mapping[str, Any]
) -> UUID:
    from qz_api.pages import service

    return await service.page_for_content(conn, principal, link, content)


async def drop_page(conn: Connection, workspace: UUID, link: UUID) -> None:
    from qz_api.pages import service

    await service.drop_page_of(conn, workspace, link)


async def looks(
    conn: Connection, workspace: UUID, mode: str, ids: Collection[UUID]
) -> dict[UUID, dict[str, Any]]:
    """Saved styles, as JSON."""
    if not ids:
        return {}
    from qz_api.styles import service

    return await service.looks(conn, workspace, mode, ids)
