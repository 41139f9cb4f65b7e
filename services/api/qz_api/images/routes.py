"""Images of stored codes: /v1/qr-codes/{id}/image and what goes with it."""

from datetime import timedelta

from qz_api.callers.permissions import Permission
from qz_api.dispatch import authenticate
from qz_api.http.call import Call
from qz_api.http.etags import is_known
from qz_api.http.operation import Operation
from qz_api.http.parse import query_pairs
from qz_api.http.respond import Answer, not_modified, raw, shown
from qz_api.images import service, signing
from qz_api.images.requests import parameters, with_query
from qz_api.images.respond import IMAGE_HEADERS, MEDIA_TYPES, image_headers
from qz_api.images.schemas import ImageQuery, SignBody, SignedView, StoredRender
from qz_api.images.service import Seen
from qz_common.errors import Forbidden, NotFound, TooMany, Unauthenticated
from qz_common.ids import show_id

OWN_CACHE = "private, no-cache"
ANYBODYS_CACHE = "public, max-age=300, stale-while-revalidate=86400"
TAG = "images"


async def get_image(call: Call) -> Answer:
    query = call.query(ImageQuery)
    seen, cache = await _seen(call, query)
    order = with_query(await service.stored_order(call.deps, seen), query)
    headers = {
        **image_headers(order, seen.name, download=query.download),
        "Cache-Control": cache,
    }
    if is_known(call.scope, order.etag):
        return not_modified(headers)
    data = await service.image(call.deps, seen.workspace, order)
    if query.download and call.scope["method"] == "GET":
        call.deps.images.downloads.note(seen.id)
    return raw(data, headers.pop("Content-Type"), headers)


async def sign_image(call: Call) -> Answer:
    body = call.body(SignBody)
    deps, seen = call.deps, await service.seen_by(call.deps, call.principal, call.id("qr"))
    expires_at = call.now + timedelta(seconds=body.expires_in) if body.expires_in else None
    code = show_id("qr", seen.id)
    url = signing.image_url(deps.secrets, deps.settings.api_url, code, parameters(body), expires_at)
    return shown(SignedView(url=url, expires_at=expires_at), status=201)


async def render_code(call: Call) -> Answer:
    body = call.body(StoredRender)
    seen = await service.seen_by(call.deps, call.principal, call.id("qr"))
    order = await service.changed_order(call.deps, seen, body)
    data = await service.image(call.deps, seen.workspace, order)
    headers = image_headers(order, seen.name, download=False)
    return raw(data, headers.pop("Content-Type"), headers)


async def _seen(call: Call, query: ImageQuery) -> tuple[Seen, str]:
    """The code, for a key with the right to read it, or for anybody with the right address."""
    deps = call.deps
    if query.sig is not None:
        code = show_id("qr", call.id("qr"))
        signing.check(deps.secrets, code, query_pairs(call.scope), call.now)
    elif not deps.settings.render.public_images:
        principal = await authenticate(deps, call.scope)
        principal.require(Permission.QR_READ)
        return await service.seen_by(deps, principal, call.id("qr")), OWN_CACHE
    return await service.seen_by_anybody(deps, call.id("qr")), ANYBODYS_CACHE


OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/qr-codes/{id}/image",
        id="getQrCodeImage",
        summary="The symbol",
        description=(
            "For a key with `qr:read`, and for anybody with a signed address"
            " (`POST /v1/qr-codes/{id}/image-urls`), or with any address where PUBLIC_IMAGES is"
            " set. The image of a dynamic code stays the same when its destination changes."
        ),
        tag=TAG,
        handler=get_image,
        query=ImageQuery,
        media_types=MEDIA_TYPES,
        headers=IMAGE_HEADERS,
        problems=(Unauthenticated, Forbidden, NotFound, TooMany),
        uses="nothing",
        guard="public",
        takes_credentials=True,
    ),
    Operation(
        method="POST",
        path="/v1/qr-codes/{id}/render",
        id="renderQrCode",
        summary="The symbol with another look, once",
        description="Fields of `style` win over those of the saved look. Nothing is stored.",
        tag=TAG,
        handler=render_code,
        scope=Permission.QR_READ,
        body=StoredRender,
        body_required=False,
        media_types=MEDIA_TYPES,
        headers=IMAGE_HEADERS,
        problems=(NotFound,),
        example={"style": {"modules": "rounded"}, "format": "svg"},
        uses="nothing",
    ),
    Operation(
        method="POST",
        path="/v1/qr-codes/{id}/image-urls",
        id="signQrCodeImage",
        summary="An address of the image for anybody",
        description="Signed over the code and every parameter; it can expire.",
        tag=TAG,
        handler=sign_image,
        scope=Permission.QR_READ,
        body=SignBody,
        body_required=False,
        answer=SignedView,
        status=201,
        problems=(NotFound,),
        example={"format": "svg", "expires_in": 3600},
        uses="nothing",
    ),
)
