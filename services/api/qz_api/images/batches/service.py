"""From the ids of stored codes to one task for the process of batches."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import orjson

from qz_api.callers.principal import Principal
from qz_api.codes import service as codes
from qz_api.deps import Deps
from qz_api.images import service
from qz_api.images.pictures.service import dressed
from qz_api.images.service import Seen
from qz_api.images.wire import Item, Look
from qz_common.errors import FieldError, Invalid, NotFound
from qz_common.ids import read_id

MOST_PICTURE_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class Batch:
    items: list[Item] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)


async def batch_of(deps: Deps, principal: Principal, ids: Sequence[str]) -> Batch:
    """The codes in the order asked for; each different look once."""
    seen = await _all_seen(deps, principal, ids)
    places: dict[bytes, int] = {}
    batch = Batch()
    for each in seen:
        style = each.found.code["style"]
        key = orjson.dumps(style, option=orjson.OPT_SORT_KEYS)
        if key not in places:
            places[key] = len(places)
            dress = await dressed(deps, each.workspace, each.mode, style)
            batch.looks.append(dress.look)
        payload = service.payload_of(deps, each.found)
        batch.items.append(Item(each.name or "code", payload, places[key]))
    _check_weight(batch)
    return batch


async def _all_seen(deps: Deps, principal: Principal, ids: Sequence[str]) -> list[Seen]:
    wanted = [read_id("qr", id) for id in ids]
    async with deps.db.transaction(principal.workspace) as conn:
        known = [id for id in dict.fromkeys(wanted) if id]
        found = await codes.get_all(conn, principal, known)
    _refuse_absent(wanted, set(found))
    workspace, mode = principal.workspace, principal.mode
    return [Seen(workspace, mode, found[id]) for id in wanted if id]


def _refuse_absent(wanted: Sequence[UUID | None], found: set[UUID]) -> None:
    errors = [
        FieldError(f"/code_ids/{index}", "not_found", "there is no such code here")
        for index, id in enumerate(wanted)
        if id not in found
    ]
    if errors:
        raise NotFound("some of these codes are not here", errors=errors)


def _check_weight(batch: Batch) -> None:
    if sum(len(look.logo) + len(look.background) for look in batch.looks) > MOST_PICTURE_BYTES:
        raise Invalid("these codes have too many different pictures: ask for fewer at a time")
