"""Pictures on landing pages: small copies that the pages carry inside.

A page may ask nobody for anything while it is looked at, and an edge keeps text only. So a picture
that was brought in before (images/pictures) is written again, small, by a drawing process, and
stands in the page as a data: address. That happens before the transaction of the page, once.
"""

import base64
from collections.abc import Mapping
from typing import TypeAlias
from uuid import UUID

from qz_api.callers.principal import Principal
from qz_api.connection import Connection
from qz_api.deps import Deps
from qz_api.images.pictures import store
from qz_api.images.wire import Shrink
from qz_api.pages.blocks.base import Picture
from qz_api.pages.blocks.image import Image
from qz_api.pages.schemas import Document, LandingPagePatch
from qz_common.errors import FieldError
from qz_common.ids import read_id, show_id

Shows: TypeAlias = Document | LandingPagePatch
"""What has blocks, or may have."""


async def make_small(deps: Deps, principal: Principal, document: Shows) -> None:
    """The copies that this document needs; opens transactions of its own."""
    ids = _ids(document)
    if not ids:
        return
    workspace = principal.workspace
    async with deps.db.transaction(workspace) as conn:
        rows = await store.without_small(conn, workspace, principal.mode, ids)
    for row in rows:
        made = await deps.images.renderer.run(workspace, Shrink(row["data"]))
        width, height = made.facts["width"], made.facts["height"]
        async with deps.db.transaction(workspace) as conn:
            await store.put_small(conn, workspace, row["id"], made.data, width, height)


async def pictures_of(
    conn: Connection, workspace: UUID, mode: str, document: Shows
) -> dict[str, Picture]:
    """Those that the page shows, by id; what is absent is somebody else's or nobody's."""
    ids = _ids(document)
    rows = await store.hold_small(conn, workspace, mode, ids) if ids else []
    return {
        show_id("pic", row["id"]): _picture(row["small"], row["small_width"], row["small_height"])
        for row in rows
    }


def missing(document: Shows, found: Mapping[str, Picture]) -> list[FieldError]:
    return [
        FieldError(f"/blocks/{index}/picture_id", "unknown_picture", "there is no such picture")
        for index, block in shown(document).items()
        if block.picture_id not in found
    ]


def shown(document: Shows) -> dict[int, Image]:
    blocks = enumerate(document.blocks or ())
    return {index: block for index, block in blocks if isinstance(block, Image)}


def _ids(document: Shows) -> list[UUID]:
    named = {read_id("pic", block.picture_id) for block in shown(document).values()}
    return [id for id in named if id]


def _picture(body: bytes, width: int, height: int) -> Picture:
    text = base64.b64encode(body).decode()
    return Picture(f"data:image/webp;base64,{text}", width, height)
