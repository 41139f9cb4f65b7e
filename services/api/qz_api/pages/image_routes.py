"""/v1/page-images: pictures for landing pages."""

import asyncio
import base64
import binascii
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from qz_api.auth.principal import Mode
from qz_api.auth.scopes import Scope
from qz_api.db import Row
from qz_api.http.call import Call
from qz_api.http.operation import Operation
from qz_api.http.paging import Page, PageQuery, cut
from qz_api.http.respond import Answer, created, deleted, shown
from qz_api.http.schema import In, Moment, Out
from qz_api.pages import image_store
from qz_api.pages.images import MEDIA_TYPE, shrink
from qz_common.egress import LOGOS, Egress, EgressError
from qz_common.errors import Conflict, FieldError, Invalid, NotFound
from qz_common.ids import new_uuid, show_id

TAG = "landing pages"
BODY_LIMIT = 3 << 20
"""Two megabytes of picture in base64, and a little."""
TINY_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


class ImageCreate(In):
    """A picture, as an address to fetch it from once or as base64."""

    url: Annotated[str, Field(min_length=1, max_length=2048)] | None = None
    data: Annotated[str, Field(min_length=1, max_length=BODY_LIMIT)] | None = None

    @model_validator(mode="after")
    def _says_one(self) -> Self:
        if (self.url is None) == (self.data is None):
            raise PydanticCustomError("url_or_data", "give url or data, one of them")
        return self


class ImageView(Out):
    id: str
    mode: Mode
    media_type: str
    width: int
    height: int
    bytes: int
    """After it was made small; a page with all its pictures has 900 kB in all its languages."""
    created_at: Moment


def image_view(row: Row) -> ImageView:
    return ImageView.model_validate({**row, "id": show_id("img", row["id"])})


async def create_image(call: Call) -> Answer:
    body = call.body(ImageCreate)
    data = await _fetched(call.deps.egress, body.url) if body.url else _decoded(body.data or "")
    small = await asyncio.to_thread(shrink, data, "/url" if body.url else "/data")
    principal = call.principal
    async with call.deps.db.transaction(principal.workspace) as conn:
        row = await image_store.put(
            conn,
            id=new_uuid(),
            workspace=principal.workspace,
            mode=principal.mode,
            digest=small.digest,
            media_type=MEDIA_TYPE,
            width=small.width,
            height=small.height,
            body=small.body,
            created_by=principal.id,
            now=call.now,
        )
    view = image_view(row)
    return created(view, f"/v1/page-images/{view.id}")


async def list_images(call: Call) -> Answer:
    query = call.query(PageQuery)
    workspace, mode = call.principal.workspace, call.principal.mode
    cursors = call.cursors()
    after = cursors.read_place(query.cursor)
    rows = await image_store.list_images(call.conn, workspace, mode, after, query.limit + 1)
    kept, following = cut(rows, query.limit, cursors, lambda row: (row["created_at"], row["id"]))
    page = Page[ImageView](
        data=[image_view(row) for row in kept],
        has_more=following is not None,
        next_cursor=following,
        total=await image_store.count_images(call.conn, workspace, mode) if query.include else None,
    )
    return shown(page)


async def delete_image(call: Call) -> Answer:
    workspace, mode, id = call.principal.workspace, call.principal.mode, call.id("img")
    if await image_store.lock_image(call.conn, workspace, mode, id) is None:
        raise NotFound("there is no such image here")
    users = await image_store.pages_showing(call.conn, workspace, mode, show_id("img", id))
    if users:
        pages = ", ".join(show_id("pg", page) for page in users)
        raise Conflict(f"landing pages show this image: {pages}", "image_in_use")
    await image_store.delete(call.conn, workspace, id)
    return deleted()


async def _fetched(egress: Egress, url: str) -> bytes:
    try:
        download = await egress.fetch(url, LOGOS)
    except EgressError as error:
        raise _refused("/url", error.code, str(error)) from None
    if not download.ok:
        raise _refused("/url", "not_found_there", f"the address answers {download.status}")
    return download.body


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise _refused("/data", "invalid_base64", "is no base64") from None


def _refused(pointer: str, code: str, why: str) -> Invalid:
    return Invalid(f"the picture is refused: {why}", code, errors=[FieldError(pointer, code, why)])


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/page-images",
        id="createPageImage",
        summary="Bring in a picture for landing pages",
        tag=TAG,
        handler=create_image,
        scope=Scope.LANDING_PAGES_WRITE,
        body=ImageCreate,
        body_limit=BODY_LIMIT,
        answer=ImageView,
        status=201,
        example={"data": TINY_PNG},
        uses="nothing",
        description="The same picture twice is the same image, so a repeat does no harm.",
    ),
    Operation(
        method="GET",
        path="/v1/page-images",
        id="listPageImages",
        summary="Pictures for landing pages, newest first",
        tag=TAG,
        handler=list_images,
        scope=Scope.LANDING_PAGES_READ,
        query=PageQuery,
        answer=Page[ImageView],
    ),
    Operation(
        method="DELETE",
        path="/v1/page-images/{id}",
        id="deletePageImage",
        summary="Delete a picture that no page shows",
        tag=TAG,
        handler=delete_image,
        scope=Scope.LANDING_PAGES_WRITE,
        status=204,
        problems=(NotFound, Conflict),
    ),
)
