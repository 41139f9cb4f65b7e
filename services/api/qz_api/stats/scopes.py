"""Whose scans a question may count: the object must be the caller's before analytics is asked."""

from uuid import UUID

from qz_api.auth.principal import Principal
from qz_api.connection import Connection
from qz_api.stats import store
from qz_common.errors import Conflict, NotFound
from qz_common.ids import show_id

Scope = dict[str, list[str]]
"""What analytics takes: dimension and ids."""


async def of_code(conn: Connection, principal: Principal, id: UUID) -> Scope:
    """Scans of a code are those of its link: what is printed doesn't tell codes of a link apart."""
    row = await store.link_of_code(conn, principal.workspace, principal.mode, id)
    if row is None:
        raise NotFound("there is no such code here")
    if row["link_id"] is None:
        raise Conflict("a static code leads past us: its scans can't be counted", "static_code")
    return {"link": [show_id("lnk", row["link_id"])]}


async def of_link(conn: Connection, principal: Principal, id: UUID) -> Scope:
    if not await store.has_link(conn, principal.workspace, principal.mode, id):
        raise NotFound("there is no such link here")
    return {"link": [show_id("lnk", id)]}


async def of_campaign(conn: Connection, principal: Principal, id: UUID) -> Scope:
    if not await store.has_campaign(conn, principal.workspace, principal.mode, id):
        raise NotFound("there is no such campaign here")
    return {"campaign": [show_id("cmp", id)]}
