"""From a stored code, or from what a call says, to an order for an image."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from qz_api.absence import absent
from qz_api.callers.principal import Principal
from qz_api.codes import service as codes
from qz_api.codes import store as code_store
from qz_api.codes.payload import payload_of_code
from qz_api.codes.service import Found
from qz_api.deps import Deps
from qz_api.images import store
from qz_api.images.looks import merged
from qz_api.images.order import Order
from qz_api.images.pictures.service import dressed
from qz_api.images.refusals import as_invalid
from qz_api.images.requests import read_changes, with_body
from qz_api.images.schemas import StoredRender
from qz_render import RenderError, parse_size


@dataclass(frozen=True, slots=True)
class Seen:
    """A code as somebody may see it."""

    workspace: UUID
    mode: str
    found: Found

    @property
    def id(self) -> UUID:
        id: UUID = self.found.code["id"]
        return id

    @property
    def name(self) -> str:
        """Of its file: its own name, or what can be read in its symbol."""
        link = self.found.link
        return self.found.code["name"] or (link["slug"] if link else "")


async def seen_by(deps: Deps, principal: Principal, id: UUID) -> Seen:
    async with deps.db.transaction(principal.workspace) as conn:
        found = await codes.get(conn, principal, id)
    return Seen(principal.workspace, principal.mode, found)


async def seen_by_anybody(deps: Deps, id: UUID) -> Seen:
    """For an address that has been checked: there is no principal to ask for."""
    async with deps.db.system() as conn:
        place = await store.place_of(conn, id)
        if place is None:
            raise absent("code")
        row = await code_store.get_code(conn, place["workspace_id"], place["mode"], id)
    if row is None:
        raise absent("code")
    return Seen(place["workspace_id"], place["mode"], codes.found_in(row))


async def stored_order(
    deps: Deps, seen: Seen, style_over: Mapping[str, Any] | None = None
) -> Order:
    """As the code was saved; fields of `style_over` win over the saved style's."""
    code = seen.found.code
    style = merged(code["style"], style_over or {})
    dress = await dressed(deps, seen.workspace, seen.mode, style)
    try:
        size = parse_size(code["size"])
    except RenderError as error:
        raise as_invalid(error) from None
    return Order(payload_of(deps, seen.found), dress, code["format"], size)


async def changed_order(deps: Deps, seen: Seen, body: StoredRender) -> Order:
    changes = read_changes(body.style)
    return with_body(await stored_order(deps, seen, changes), body)


def payload_of(deps: Deps, found: Found) -> bytes:
    return payload_of_code(found, deps.settings.edge_url).encode()


async def image(deps: Deps, owner: UUID, order: Order) -> bytes:
    return await deps.images.renderer.image(owner, order)
