"""What an edge asks: about a record that it has not heard of yet, and whether it holds what
Postgres says; never for customers."""

import msgspec
from pydantic import BaseModel

from qz_api.http.call import Call
from qz_api.http.operation import Handler, Operation
from qz_api.http.respond import JSON_TYPE, Answer, raw
from qz_api.internal import store
from qz_common.errors import NotFound
from qz_common.route_digest import PAGE, RouteHashes, RoutesPage


class RecordQuery(BaseModel):
    key: str


class PageQuery(BaseModel):
    after: str = ""


class RangeQuery(BaseModel):
    after: str = ""
    last: str = ""


async def get_record(call: Call) -> Answer:
    value = await store.route(call.conn, call.query(RecordQuery).key)
    if value is None:
        raise NotFound("there is no such record")
    return raw(value, JSON_TYPE)


async def get_digest(call: Call) -> Answer:
    row = await store.page_digest(call.conn, call.query(PageQuery).after)
    page = RoutesPage(
        last=row["last"] if row["count"] == PAGE else "",
        count=row["count"],
        digest=row["digest"],
        newest=await store.newest_version(call.conn),
    )
    return raw(msgspec.json.encode(page), JSON_TYPE)


async def get_hashes(call: Call) -> Answer:
    query = call.query(RangeQuery)
    rows = await store.hashes(call.conn, query.after, query.last)
    hashes = RouteHashes({row["key"]: row["hash"] for row in rows})
    return raw(msgspec.json.encode(hashes), JSON_TYPE)


def _operation(
    path: str, id: str, summary: str, handler: Handler, query: type[BaseModel]
) -> Operation:
    return Operation(
        method="GET",
        path=path,
        id=id,
        summary=summary,
        tag="internal",
        handler=handler,
        query=query,
        guard="internal",
    )


OPERATIONS = (
    _operation(
        "/internal/routing/record", "internalRecord", "A routing record", get_record, RecordQuery
    ),
    _operation(
        "/internal/routing/digest",
        "internalRoutingDigest",
        "What a page of all routing records comes to",
        get_digest,
        PageQuery,
    ),
    _operation(
        "/internal/routing/hashes",
        "internalRoutingHashes",
        "The hash of each routing record of a page",
        get_hashes,
        RangeQuery,
    ),
)
