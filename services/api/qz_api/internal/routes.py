"""What the edge asks about a slug that it has not heard of yet; never for customers."""

from pydantic import BaseModel

from qz_api.http.call import Call
from qz_api.http.operation import Operation
from qz_api.http.respond import Answer, raw
from qz_api.internal import store
from qz_common.errors import NotFound
from qz_common.records import code_key, page_key


class RouteQuery(BaseModel):
    host: str = ""
    slug: str


async def get_route(call: Call) -> Answer:
    query = call.query(RouteQuery)
    return await _record(call, code_key(query.host.lower(), query.slug.lower()))


async def get_page(call: Call) -> Answer:
    return await _record(call, page_key(call.path["id"]))


async def _record(call: Call, key: str) -> Answer:
    value = await store.route(call.conn, key)
    if value is None:
        raise NotFound("there is no such record")
    return raw(value, "application/json")


OPERATIONS = (
    Operation(
        method="GET",
        path="/internal/routes",
        id="internalRoute",
        summary="The routing record of a slug",
        tag="internal",
        handler=get_route,
        query=RouteQuery,
        guard="internal",
    ),
    Operation(
        method="GET",
        path="/internal/pages/{id}",
        id="internalPage",
        summary="The record of a page",
        tag="internal",
        handler=get_page,
        guard="internal",
    ),
)
