"""POST /v1/render and POST /v1/render/check: nothing is stored."""

from qz_api.callers.permissions import Permission
from qz_api.http.call import Call
from qz_api.http.operation import Operation
from qz_api.http.respond import Answer, raw, shown
from qz_api.images import service
from qz_api.images.once.service import checked, order_of
from qz_api.images.respond import IMAGE_HEADERS, MEDIA_TYPES, image_headers
from qz_api.images.schemas import CheckBody, CheckView, RenderBody
from qz_common.errors import NotFound

TAG = "images"
EXAMPLE_CONTENT = {"kind": "url", "url": "https://example.com"}


async def render(call: Call) -> Answer:
    order = await order_of(call.deps, call.principal, call.body(RenderBody))
    data = await service.image(call.deps, call.principal.workspace, order)
    headers = image_headers(order, "code", download=False)
    return raw(data, headers.pop("Content-Type"), headers)


async def check(call: Call) -> Answer:
    report = await checked(call.deps, call.principal, call.body(CheckBody))
    return shown(CheckView.model_validate(report))


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/render",
        id="render",
        summary="An image of anything, once",
        tag=TAG,
        handler=render,
        scope=Permission.QR_READ,
        body=RenderBody,
        media_types=MEDIA_TYPES,
        headers=IMAGE_HEADERS,
        example={"content": EXAMPLE_CONTENT, "style": {"modules": "dots"}, "format": "svg"},
        uses="nothing",
    ),
    Operation(
        method="POST",
        path="/v1/render/check",
        id="checkRender",
        summary="How well a code would read",
        description=(
            "An estimate by simulated reading: blur, noise, low contrast, turns, cover, distance."
            " An image that would be refused has a score of 0 and says what to change."
        ),
        tag=TAG,
        handler=check,
        scope=Permission.QR_READ,
        body=CheckBody,
        answer=CheckView,
        problems=(NotFound,),
        example={"content": EXAMPLE_CONTENT, "distance_mm": 500},
        uses="nothing",
    ),
)
