"""/v1/styles."""

from qz_api import listing
from qz_api.callers.permissions import Permission
from qz_api.http.call import Call
from qz_api.http.etags import is_known
from qz_api.http.operation import Operation
from qz_api.http.paging import Page
from qz_api.http.respond import Answer, created, deleted, not_modified, raw, shown
from qz_api.images import service as images
from qz_api.images.order import Order
from qz_api.images.pictures.service import bring, dressed
from qz_api.images.requests import read_query_size
from qz_api.images.respond import IMAGE_HEADERS, MEDIA_TYPES, image_headers
from qz_api.images.schemas import PreviewQuery, StyleIn
from qz_api.listing import NamedQuery
from qz_api.styles import service, store
from qz_api.styles.schemas import StyleCreate, StylePatch, StyleView, style_view
from qz_common.errors import NotFound, PreconditionFailed

TAG = "styles"
SAMPLE = b"HTTPS://EXAMPLE.COM/PREVIEW"


async def fetch_new(call: Call) -> None:
    await _fetch_pictures(call, call.body(StyleCreate).style)


async def fetch_changed(call: Call) -> None:
    await _fetch_pictures(call, call.body(StylePatch).style)


async def _fetch_pictures(call: Call, style: StyleIn) -> None:
    """Before the transaction, which must not wait for another host."""
    await bring(call.deps, call.principal, [service.read(style)])


async def create_style(call: Call) -> Answer:
    body = call.body(StyleCreate)
    row = await service.create(call.conn, call.principal, body, call.now)
    view = style_view(row)
    return created(view, f"/v1/styles/{view.id}", version=row["version"])


async def list_styles(call: Call) -> Answer:
    query = call.query(NamedQuery)
    found = listing.plain(call.principal, store.TABLE, query)
    return await listing.answer(call, store.TABLE, found, query, style_view)


async def get_style(call: Call) -> Answer:
    row = await service.get(call.conn, call.principal, call.id("sty"))
    return shown(style_view(row), version=row["version"])


async def update_style(call: Call) -> Answer:
    row = await service.update(
        call.conn,
        call.principal,
        call.id("sty"),
        call.body(StylePatch),
        call.now,
        call.check_version,
    )
    return shown(style_view(row), version=row["version"])


async def delete_style(call: Call) -> Answer:
    await service.delete(call.conn, call.principal, call.id("sty"), call.now, call.check_version)
    return deleted()


async def preview_style(call: Call) -> Answer:
    query, principal, deps = call.query(PreviewQuery), call.principal, call.deps
    async with deps.db.transaction(principal.workspace) as conn:
        row = await service.get(conn, principal, call.id("sty"))
    dress = await dressed(deps, principal.workspace, principal.mode, row["style"])
    order = Order(SAMPLE, dress, query.format, read_query_size(query.size))
    headers = image_headers(order, row["name"], download=False)
    if is_known(call.scope, order.etag):
        return not_modified(headers)
    data = await images.image(deps, principal.workspace, order)
    return raw(data, headers.pop("Content-Type"), headers)


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/styles",
        id="createStyle",
        summary="Save a look",
        description="Pictures named by URL are fetched now; from then on our copy is drawn.",
        tag=TAG,
        handler=create_style,
        prepare=fetch_new,
        scope=Permission.QR_WRITE,
        body=StyleCreate,
        answer=StyleView,
        status=201,
        example={"name": "Brand", "style": {"modules": "rounded", "foreground": "#111827"}},
    ),
    Operation(
        method="GET",
        path="/v1/styles",
        id="listStyles",
        summary="Saved looks, newest first",
        tag=TAG,
        handler=list_styles,
        scope=Permission.QR_READ,
        query=NamedQuery,
        answer=Page[StyleView],
    ),
    Operation(
        method="GET",
        path="/v1/styles/{id}",
        id="getStyle",
        summary="One look",
        tag=TAG,
        handler=get_style,
        scope=Permission.QR_READ,
        answer=StyleView,
        problems=(NotFound,),
    ),
    Operation(
        method="PATCH",
        path="/v1/styles/{id}",
        id="updateStyle",
        summary="Change a look",
        description="Codes that were made with it keep the look that they have.",
        tag=TAG,
        handler=update_style,
        prepare=fetch_changed,
        scope=Permission.QR_WRITE,
        body=StylePatch,
        answer=StyleView,
        problems=(NotFound, PreconditionFailed),
        example={"style": {"foreground": "#7c2d12"}},
    ),
    Operation(
        method="DELETE",
        path="/v1/styles/{id}",
        id="deleteStyle",
        summary="Delete a look",
        tag=TAG,
        handler=delete_style,
        scope=Permission.QR_DELETE,
        status=204,
        problems=(NotFound, PreconditionFailed),
    ),
    Operation(
        method="GET",
        path="/v1/styles/{id}/preview",
        id="previewStyle",
        summary="A look on a sample symbol",
        tag=TAG,
        handler=preview_style,
        scope=Permission.QR_READ,
        query=PreviewQuery,
        media_types=MEDIA_TYPES,
        headers=IMAGE_HEADERS,
        problems=(NotFound,),
        uses="nothing",
    ),
)
