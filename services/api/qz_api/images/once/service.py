"""What a call describes, as an order or as a check."""

from typing import Any

from qz_api.absence import absent
from qz_api.callers.principal import Principal
from qz_api.deps import Deps
from qz_api.images import service
from qz_api.images.order import Order, size_json
from qz_api.images.pictures.service import dressed_once
from qz_api.images.requests import read_changes, read_render, read_size
from qz_api.images.schemas import CheckBody, RenderBody
from qz_api.images.wire import Check
from qz_common.errors import FieldError, Invalid
from qz_common.ids import read_id


async def order_of(deps: Deps, principal: Principal, body: RenderBody) -> Order:
    wanted = read_render(body)
    dress = await dressed_once(deps, principal.workspace, principal.mode, wanted.style)
    return Order(wanted.payload, dress, wanted.format, wanted.size, wanted.press)


async def checked(deps: Deps, principal: Principal, body: CheckBody) -> dict[str, Any]:
    order = await _checked_order(deps, principal, body)
    look, size = order.dress.look, size_json(order.size)
    task = Check(order.payload, look, size, body.distance_mm)
    return (await deps.images.renderer.run(principal.workspace, task)).facts


async def _checked_order(deps: Deps, principal: Principal, body: CheckBody) -> Order:
    if (body.code_id is None) == (body.content is None):
        error = FieldError("/content", "content_or_code", "give content or code_id, one of them")
        raise Invalid(error.message, errors=[error])
    if body.code_id is None:
        render = RenderBody(content=body.content, style=body.style, size=body.size)
        return await order_of(deps, principal, render)
    id = read_id("qr", body.code_id)
    if id is None:
        raise absent("code")
    seen = await service.seen_by(deps, principal, id)
    order = await service.stored_order(deps, seen, read_changes(body.style))
    if body.size is None:
        return order
    return Order(order.payload, order.dress, order.format, read_size(body.size))
