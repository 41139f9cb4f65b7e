"""Pictures of landing pages: brought in once, made small, carried inside the pages that show them.

A page may ask no other site for anything while it is looked at, and an edge keeps text only; so a
picture is fetched (through the egress gate) or sent before, decoded, stripped of whatever else it
says, and written again as a small WebP.
"""

import base64
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from PIL import Image as Pillow

from qz_api.db import Connection
from qz_api.pages import image_store
from qz_api.pages.blocks.base import Picture
from qz_api.pages.blocks.image import Image
from qz_api.pages.schemas import Document
from qz_common.errors import FieldError, Invalid
from qz_common.ids import read_id, show_id
from qz_render import BadPicture, decode_picture

MEDIA_TYPE = "image/webp"
MAX_BYTES = 120_000
WIDTHS = (896, 720, 560, 400, 280)
"""A page is 28rem wide; phones have two or three dots where a page has one."""
QUALITIES = (80, 65, 50)


@dataclass(frozen=True, slots=True)
class Small:
    body: bytes
    width: int
    height: int

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.body).digest()


def shrink(data: bytes, pointer: str) -> Small:
    """For a thread of its own: decoding takes a while. Invalid names what is wrong with it."""
    try:
        picture = decode_picture(data, pointer=pointer)
    except BadPicture as error:
        errors = [FieldError(each.pointer, each.code, each.message) for each in error.problems]
        raise Invalid(str(error), error.code, errors=errors) from None
    image = Pillow.fromarray(picture.pixels())
    for width in WIDTHS:
        small = image.copy()
        small.thumbnail((width, width * 2))
        for quality in QUALITIES:
            body = _webp(small, quality)
            if len(body) <= MAX_BYTES:
                return Small(body, small.width, small.height)
    raise Invalid("the picture can't be made small enough", "picture_too_large")


async def pictures(
    conn: Connection, workspace: UUID, mode: str, document: Document
) -> dict[str, Picture]:
    """Those that the page shows, by id; what is absent is somebody else's or nobody's."""
    wanted = {read_id("img", block.image_id) for block in _shown(document).values()} - {None}
    if not wanted:
        return {}
    rows = await image_store.get_all(conn, workspace, mode, [id for id in wanted if id])
    return {
        show_id("img", row["id"]): Picture(
            f"data:{row['media_type']};base64,{base64.b64encode(row['body']).decode()}",
            row["width"],
            row["height"],
        )
        for row in rows
    }


def missing(document: Document, found: Mapping[str, Picture]) -> list[FieldError]:
    return [
        FieldError(f"/blocks/{index}/image_id", "unknown_image", "there is no such image here")
        for index, block in _shown(document).items()
        if block.image_id not in found
    ]


def _shown(document: Document) -> dict[int, Image]:
    blocks = enumerate(document.blocks)
    return {index: block for index, block in blocks if isinstance(block, Image)}


def _webp(image: Pillow.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=quality, method=4)
    return out.getvalue()
