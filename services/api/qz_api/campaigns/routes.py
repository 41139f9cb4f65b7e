"""/v1/campaigns."""

from qz_api import listing
from qz_api.callers.permissions import Permission
from qz_api.campaigns import service, store
from qz_api.campaigns.schemas import (
    CampaignCreate,
    CampaignPatch,
    CampaignQuery,
    CampaignView,
    campaign_view,
)
from qz_api.http.call import Call
from qz_api.http.operation import Operation
from qz_api.http.paging import Page
from qz_api.http.respond import Answer, created, deleted, shown
from qz_common.errors import Conflict, NotFound, PreconditionFailed

TAG = "campaigns"


async def create_campaign(call: Call) -> Answer:
    fields = call.body(CampaignCreate).model_dump()
    row = await service.create(call.conn, call.principal, fields, call.now)
    view = campaign_view(row)
    return created(view, f"/v1/campaigns/{view.id}", version=row["version"])


async def list_campaigns(call: Call) -> Answer:
    query = call.query(CampaignQuery)
    found = listing.plain(call.principal, store.TABLE, query, status=query.status)
    return await listing.answer(call, store.TABLE, found, query, campaign_view)


async def get_campaign(call: Call) -> Answer:
    row = await service.get(call.conn, call.principal, call.id("cmp"))
    return shown(campaign_view(row), version=row["version"])


async def update_campaign(call: Call) -> Answer:
    changes = call.body(CampaignPatch).model_dump(exclude_unset=True)
    before = await service.lock(call.conn, call.principal, call.id("cmp"), changes)
    call.check_version(before["version"])
    row = await service.update(call.conn, call.principal, before, changes, call.now)
    return shown(campaign_view(row), version=row["version"])


async def delete_campaign(call: Call) -> Answer:
    row = await service.lock_leaving(call.conn, call.principal, call.id("cmp"))
    call.check_version(row["version"])
    await service.delete(call.conn, call.principal, row, call.now)
    return deleted()


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/campaigns",
        id="createCampaign",
        summary="Make a campaign",
        tag=TAG,
        handler=create_campaign,
        scope=Permission.QR_WRITE,
        body=CampaignCreate,
        answer=CampaignView,
        status=201,
        example={"name": "Spring packaging", "utm": {"utm_source": "qr", "utm_campaign": "spring"}},
    ),
    Operation(
        method="GET",
        path="/v1/campaigns",
        id="listCampaigns",
        summary="Campaigns: filters, search, order",
        tag=TAG,
        handler=list_campaigns,
        scope=Permission.QR_READ,
        query=CampaignQuery,
        answer=Page[CampaignView],
    ),
    Operation(
        method="GET",
        path="/v1/campaigns/{id}",
        id="getCampaign",
        summary="One campaign",
        tag=TAG,
        handler=get_campaign,
        scope=Permission.QR_READ,
        answer=CampaignView,
        problems=(NotFound,),
    ),
    Operation(
        method="PATCH",
        path="/v1/campaigns/{id}",
        id="updateCampaign",
        summary="Change a campaign; new UTM parameters reach every link in it",
        tag=TAG,
        handler=update_campaign,
        scope=Permission.QR_WRITE,
        body=CampaignPatch,
        answer=CampaignView,
        problems=(NotFound, PreconditionFailed),
        example={"utm": {"utm_source": "poster"}},
    ),
    Operation(
        method="DELETE",
        path="/v1/campaigns/{id}",
        id="deleteCampaign",
        summary="Delete a campaign without links",
        tag=TAG,
        handler=delete_campaign,
        scope=Permission.QR_DELETE,
        status=204,
        problems=(NotFound, Conflict, PreconditionFailed),
    ),
)
