"""/v1/qr-codes/bulk: make, change, or set the status of up to 500 codes, all or none."""

from qz_api.bulk import service
from qz_api.bulk.rows import row_draft
from qz_api.bulk.schemas import MAX_ROWS, BulkCreate, BulkStatus, BulkUpdate, BulkView
from qz_api.callers.permissions import Permission
from qz_api.codes.fetching import fetch_pictures
from qz_api.codes.schemas import code_view
from qz_api.codes.service import Found
from qz_api.http.call import Call
from qz_api.http.cost import items_of
from qz_api.http.operation import Operation
from qz_api.http.respond import Answer, shown
from qz_api.links.draft import Report
from qz_api.links.policy import deployment_hosts
from qz_common.errors import Conflict, Forbidden

BODY_LIMIT = 4 << 20
COST = items_of("items", "ids", most=MAX_ROWS)
SOME_CODE = "qr_01k0000000000000000000000a"
"""In examples: put the id of a code there."""


async def fetch_new(call: Call) -> None:
    body = call.body(BulkCreate)
    await fetch_pictures(call, [*body.items, body.defaults])


async def fetch_changed(call: Call) -> None:
    body = call.body(BulkUpdate)
    await fetch_pictures(call, [*body.items, body.defaults])


async def create_codes(call: Call) -> Answer:
    body = call.body(BulkCreate)
    rows = [
        row_draft(item, body.defaults, f"/items/{index}") for index, item in enumerate(body.items)
    ]
    hosts = deployment_hosts(call.deps.settings)
    async with service.tried(call.conn, body.dry_run):
        found = await service.create(call.conn, call.principal, rows, hosts, call.now)
    return _shown(call, found, body.dry_run)


async def update_codes(call: Call) -> Answer:
    body = call.body(BulkUpdate)
    rows = []
    for index, item in enumerate(body.items):
        draft, report = row_draft(item, body.defaults, f"/items/{index}")
        change = {name: value for name, value in draft.items() if name != "id"}
        if change.get("status", "") is None:
            report.add("status", "required", "a code has a status")
        rows.append((item.id, change, report))
    hosts = deployment_hosts(call.deps.settings)
    async with service.tried(call.conn, body.dry_run):
        found = await service.update(call.conn, call.principal, rows, hosts, call.now)
    return _shown(call, found, body.dry_run)


async def set_status(call: Call) -> Answer:
    body = call.body(BulkStatus)
    rows = [
        (id, {"status": body.status}, Report(f"/ids/{index}", whole=True))
        for index, id in enumerate(body.ids)
    ]
    hosts = deployment_hosts(call.deps.settings)
    async with service.tried(call.conn, body.dry_run):
        found = await service.update(call.conn, call.principal, rows, hosts, call.now)
    return _shown(call, found, body.dry_run)


def _shown(call: Call, found: list[Found], dry_run: bool) -> Answer:
    data = [code_view(each, call.deps.settings, call.now) for each in found]
    return shown(BulkView(data=data, count=len(data), dry_run=dry_run))


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/qr-codes/bulk",
        id="createQrCodes",
        summary="Make up to 500 codes, all or none",
        tag="bulk",
        handler=create_codes,
        prepare=fetch_new,
        scope=Permission.QR_WRITE,
        body=BulkCreate,
        answer=BulkView,
        problems=(Conflict, Forbidden),
        cost=COST,
        body_limit=BODY_LIMIT,
        example={
            "defaults": {"destination_url": "https://example.com", "tags": ["table"]},
            "items": [{"name": "Table 1"}, {"name": "Table 2"}],
        },
    ),
    Operation(
        method="POST",
        path="/v1/qr-codes/bulk/update",
        id="updateQrCodes",
        summary="Change up to 500 codes, all or none",
        tag="bulk",
        handler=update_codes,
        prepare=fetch_changed,
        scope=Permission.QR_WRITE,
        body=BulkUpdate,
        answer=BulkView,
        problems=(Conflict, Forbidden),
        cost=COST,
        body_limit=BODY_LIMIT,
        example={
            "defaults": {"tags": ["spring"]},
            "items": [{"id": SOME_CODE, "destination_url": "https://example.com/spring"}],
            "dry_run": True,
        },
    ),
    Operation(
        method="POST",
        path="/v1/qr-codes/bulk/status",
        id="setQrCodesStatus",
        summary="Pause, archive or activate up to 500 codes, all or none",
        tag="bulk",
        handler=set_status,
        scope=Permission.QR_WRITE,
        body=BulkStatus,
        answer=BulkView,
        problems=(Conflict, Forbidden),
        cost=COST,
        example={"ids": [SOME_CODE], "status": "paused"},
    ),
)
