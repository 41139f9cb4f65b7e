"""Whose scans a question may count: the object must be the caller's before analytics is asked."""

from uuid import UUID

from qz_api.callers.principal import Principal
from qz_api.campaigns import service as campaigns
from qz_api.codes import service as codes
from qz_api.connection import Connection
from qz_api.links import service as links
from qz_common.errors import Conflict
from qz_common.ids import show_id

Scope = dict[str, list[str]]
"""What analytics takes: dimension and ids."""


async def of_code(conn: Connection, principal: Principal, id: UUID) -> Scope:
    """Scans of a code are those of its link: what is printed doesn't tell codes of a link apart."""
    code = (await codes.get(conn, principal, id)).code
    if code["link_id"] is None:
        raise Conflict("a static code leads past us: its scans can't be counted", "static_code")
    return {"link": [show_id("lnk", code["link_id"])]}


async def of_link(conn: Connection, principal: Principal, id: UUID) -> Scope:
    link = await links.get(conn, principal, id)
    return {"link": [show_id("lnk", link["id"])]}


async def of_campaign(conn: Connection, principal: Principal, id: UUID) -> Scope:
    campaign = await campaigns.get(conn, principal, id)
    return {"campaign": [show_id("cmp", campaign["id"])]}
