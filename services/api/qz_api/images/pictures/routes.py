"""/v1/pictures: logos and backgrounds for styles."""

import base64
import binascii

from qz_api import listing
from qz_api.absence import absent
from qz_api.callers.permissions import Permission
from qz_api.http.call import Call
from qz_api.http.operation import Operation
from qz_api.http.paging import Page
from qz_api.http.respond import Answer, created, deleted, raw, shown
from qz_api.images.naming import disposition
from qz_api.images.pictures import service, store
from qz_api.images.pictures.schemas import (
    BODY_LIMIT,
    PictureCreate,
    PictureQuery,
    PictureView,
    picture_view,
)
from qz_api.images.respond import file_headers
from qz_common.errors import Conflict, FieldError, Invalid, NotFound

TAG = "styles"
TINY_PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
FILES = {b"\x89PNG": ("image/png", "png"), b"RIFF": ("image/webp", "webp")}
"""What our own copies begin with."""


async def create_picture(call: Call) -> Answer:
    body = call.body(PictureCreate)
    row = await service.create(
        call.deps, call.principal, body.url or "", _decoded(body.data or ""), call.now
    )
    view = picture_view(row)
    return created(view, f"/v1/pictures/{view.id}")


async def list_pictures(call: Call) -> Answer:
    query = call.query(PictureQuery)
    found = listing.plain(call.principal, store.TABLE, query)
    return await listing.answer(call, store.TABLE, found, query, picture_view)


async def get_picture(call: Call) -> Answer:
    return shown(picture_view(await service.get(call.conn, call.principal, call.id("pic"))))


async def get_picture_image(call: Call) -> Answer:
    principal, id = call.principal, call.id("pic")
    rows = await store.get_data(call.conn, principal.workspace, principal.mode, [id])
    if not rows:
        raise absent("picture")
    media_type, extension = FILES[rows[0]["data"][:4]]
    headers = file_headers(media_type, disposition("picture", extension, download=False))
    headers |= {"ETag": f'"{rows[0]["digest"][:32]}"', "Cache-Control": "private, max-age=86400"}
    return raw(rows[0]["data"], headers.pop("Content-Type"), headers)


async def delete_picture(call: Call) -> Answer:
    await service.delete(call.conn, call.principal, call.id("pic"))
    return deleted()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        error = FieldError("/data", "invalid_base64", "this is no base64")
        raise Invalid("the picture is no base64", errors=[error]) from None


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/pictures",
        id="createPicture",
        summary="Bring in a picture for styles",
        description=(
            "At most 2 MB and 4 megapixels; the first frame is taken, the rest is dropped. The"
            " same picture twice is one. Styles name it as `logo_id` or `background_image_id`."
        ),
        tag=TAG,
        handler=create_picture,
        scope=Permission.QR_WRITE,
        body=PictureCreate,
        answer=PictureView,
        status=201,
        problems=(Conflict,),
        example={"data": TINY_PNG},
        body_limit=BODY_LIMIT,
        uses="nothing",
    ),
    Operation(
        method="GET",
        path="/v1/pictures",
        id="listPictures",
        summary="Pictures, newest first",
        tag=TAG,
        handler=list_pictures,
        scope=Permission.QR_READ,
        query=PictureQuery,
        answer=Page[PictureView],
    ),
    Operation(
        method="GET",
        path="/v1/pictures/{id}",
        id="getPicture",
        summary="One picture",
        tag=TAG,
        handler=get_picture,
        scope=Permission.QR_READ,
        answer=PictureView,
        problems=(NotFound,),
    ),
    Operation(
        method="GET",
        path="/v1/pictures/{id}/image",
        id="getPictureImage",
        summary="Our copy of a picture",
        tag=TAG,
        handler=get_picture_image,
        scope=Permission.QR_READ,
        media_types=("image/png", "image/webp"),
        headers={"ETag": "Of the copy, which never changes."},
        problems=(NotFound,),
    ),
    Operation(
        method="DELETE",
        path="/v1/pictures/{id}",
        id="deletePicture",
        summary="Delete a picture that nothing shows",
        tag=TAG,
        handler=delete_picture,
        scope=Permission.QR_DELETE,
        status=204,
        problems=(NotFound, Conflict),
    ),
)
