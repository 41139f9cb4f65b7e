"""Pictures on landing pages: small copies that the pages carry inside.

A page may ask nobody for anything while it is looked at, and an edge keeps text only. So a picture
that was brought in before (images/pictures: through the egress gate, decoded in a process of its
own) is written again as a small WebP, and stands in the page as a data: address.
"""

import asyncio
import base64
import io
from collections.abc import Mapping
from uuid import UUID

from PIL import Image as Pillow

from qz_api.db import Connection
from qz_api.images.pictures import store
from qz_api.pages.blocks.base import Picture
from qz_api.pages.blocks.image import Image
from qz_api.pages.schemas import Document
from qz_common.errors import FieldError
from qz_common.ids import read_id, show_id

MAX_BYTES = 120_000
WIDTHS = (896, 720, 560, 400, 280)
"""A page is 28rem wide, and phones have two dots where a page has one."""
QUALITIES = (80, 65, 50)
TALLEST = 3
"""Heights of a picture, in widths."""


async def pictures_of(
    conn: Connection, workspace: UUID, mode: str, document: Document
) -> dict[str, Picture]:
    """Those that the page shows, by id; what is absent is somebody else's or nobody's."""
    named = {read_id("pic", block.picture_id) for block in shown(document).values()}
    ids = [id for id in named if id]
    rows = await store.get_data(conn, workspace, mode, ids) if ids else []
    return {show_id("pic", row["id"]): await asyncio.to_thread(shrink, row["data"]) for row in rows}


def missing(document: Document, found: Mapping[str, Picture]) -> list[FieldError]:
    return [
        FieldError(f"/blocks/{index}/picture_id", "unknown_picture", "there is no such picture")
        for index, block in shown(document).items()
        if block.picture_id not in found
    ]


def shown(document: Document) -> dict[int, Image]:
    blocks = enumerate(document.blocks)
    return {index: block for index, block in blocks if isinstance(block, Image)}


def shrink(data: bytes) -> Picture:
    """`data` is a file that we wrote ourselves. The best of the sizes that is light enough."""
    with Pillow.open(io.BytesIO(data)) as opened:
        image = opened.convert("RGBA")
    for width in WIDTHS:
        image.thumbnail((width, width * TALLEST))
        for quality in QUALITIES:
            body = _webp(image, quality)
            if len(body) <= MAX_BYTES:
                return _picture(image, body)
    return _picture(image, body)


def _picture(image: Pillow.Image, body: bytes) -> Picture:
    text = base64.b64encode(body).decode()
    return Picture(f"data:image/webp;base64,{text}", image.width, image.height)


def _webp(image: Pillow.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=quality, method=4)
    return out.getvalue()
