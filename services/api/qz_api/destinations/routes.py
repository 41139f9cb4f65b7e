"""/v1/destinations."""

from qz_api import listing
from qz_api.callers.permissions import Permission
from qz_api.destinations import service, store
from qz_api.destinations.schemas import (
    DestinationCreate,
    DestinationPatch,
    DestinationQuery,
    DestinationView,
    destination_view,
)
from qz_api.http.call import Call
from qz_api.http.operation import Operation
from qz_api.http.paging import Page
from qz_api.http.respond import Answer, created, deleted, shown
from qz_api.links.context import policy_of
from qz_common.errors import Conflict, NotFound, PreconditionFailed

TAG = "destinations"


async def create_destination(call: Call) -> Answer:
    body = call.body(DestinationCreate)
    row = await service.create(
        call.conn, call.principal, body.name, body.target, await policy_of(call), call.now
    )
    view = destination_view(row)
    return created(view, f"/v1/destinations/{view.id}", version=row["version"])


async def list_destinations(call: Call) -> Answer:
    query = call.query(DestinationQuery)
    found = listing.plain(call.principal, store.TABLE, query, type=query.type)
    return await listing.answer(call, store.TABLE, found, query, destination_view)


async def get_destination(call: Call) -> Answer:
    row = await service.get(call.conn, call.principal, call.id("dst"))
    return shown(destination_view(row), version=row["version"])


async def update_destination(call: Call) -> Answer:
    body = call.body(DestinationPatch)
    before = await service.lock(
        call.conn, call.principal, call.id("dst"), with_links=body.target is not None
    )
    call.check_version(before["version"])
    row = await service.update(
        call.conn, call.principal, before, body.name, body.target, await policy_of(call), call.now
    )
    return shown(destination_view(row), version=row["version"])


async def delete_destination(call: Call) -> Answer:
    row = await service.lock(call.conn, call.principal, call.id("dst"))
    call.check_version(row["version"])
    await service.delete(call.conn, call.principal, row, call.now)
    return deleted()


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/destinations",
        id="createDestination",
        summary="Make a destination that many links can use",
        tag=TAG,
        handler=create_destination,
        scope=Permission.DESTINATIONS_WRITE,
        body=DestinationCreate,
        answer=DestinationView,
        status=201,
        example={
            "name": "Support on WhatsApp",
            "target": {"type": "whatsapp", "number": "+15551234567", "text": "Hello"},
        },
    ),
    Operation(
        method="GET",
        path="/v1/destinations",
        id="listDestinations",
        summary="Destinations, newest first",
        tag=TAG,
        handler=list_destinations,
        scope=Permission.DESTINATIONS_READ,
        query=DestinationQuery,
        answer=Page[DestinationView],
    ),
    Operation(
        method="GET",
        path="/v1/destinations/{id}",
        id="getDestination",
        summary="One destination",
        tag=TAG,
        handler=get_destination,
        scope=Permission.DESTINATIONS_READ,
        answer=DestinationView,
        problems=(NotFound,),
    ),
    Operation(
        method="PATCH",
        path="/v1/destinations/{id}",
        id="updateDestination",
        summary="Change a destination, and with it every link that uses it",
        tag=TAG,
        handler=update_destination,
        scope=Permission.DESTINATIONS_WRITE,
        body=DestinationPatch,
        answer=DestinationView,
        problems=(NotFound, PreconditionFailed),
        example={"target": {"type": "url", "url": "https://example.com/support"}},
    ),
    Operation(
        method="DELETE",
        path="/v1/destinations/{id}",
        id="deleteDestination",
        summary="Delete a destination that no link uses",
        tag=TAG,
        handler=delete_destination,
        scope=Permission.DESTINATIONS_WRITE,
        status=204,
        problems=(NotFound, Conflict, PreconditionFailed),
    ),
)
