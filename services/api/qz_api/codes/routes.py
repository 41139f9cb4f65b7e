"""/v1/qr-codes, and the codes of a link."""

from qz_api import listing
from qz_api.callers.permissions import Permission
from qz_api.codes import changing, service, store
from qz_api.codes.fetching import fetch_pictures
from qz_api.codes.listing import CODES, CodeQuery, build_codes
from qz_api.codes.schemas import CodeCreate, CodePatch, CodeView, code_view, draft_of
from qz_api.codes.service import Found
from qz_api.connection import Row
from qz_api.http.call import Call
from qz_api.http.operation import Operation
from qz_api.http.paging import Page, PageQuery, page_of
from qz_api.http.respond import Answer, created, deleted, shown
from qz_api.links import service as links
from qz_api.links.draft import refuse
from qz_api.links.policy import deployment_hosts
from qz_api.links.schemas import NewSlug
from qz_api.versions.schemas import PLANNED_HEADERS, planned
from qz_common.errors import Conflict, Gone, NotFound, PreconditionFailed, TooMany


async def fetch_new(call: Call) -> None:
    await fetch_pictures(call, [call.body(CodeCreate)])


async def fetch_changed(call: Call) -> None:
    await fetch_pictures(call, [call.body(CodePatch)])


async def create_code(call: Call) -> Answer:
    draft, report = draft_of(call.body(CodeCreate))
    (found,) = await service.create_all(
        call.conn, call.principal, [draft], _hosts(call), call.now, [report]
    )
    return _created(call, found)


async def get_code(call: Call) -> Answer:
    return _shown(call, await service.get(call.conn, call.principal, call.id("qr")))


async def list_codes(call: Call) -> Answer:
    query = call.query(CodeQuery)
    hosts = deployment_hosts(call.deps.settings)
    built = await build_codes(call.conn, call.principal, query, hosts, call.now)

    def view(row: Row) -> CodeView:
        return _view(call, service.found_in(row))

    return await listing.answer(call, CODES, built, query, view)


async def list_codes_of_link(call: Call) -> Answer:
    query = call.query(PageQuery)
    link = await links.get(call.conn, call.principal, call.id("lnk"))
    cursors, workspace = call.cursors(link["id"]), call.principal.workspace
    after = cursors.read_place(query.cursor)
    rows = await store.page_of_link(call.conn, workspace, link["id"], after, query.limit + 1)
    total = await store.count_of_link(call.conn, workspace, link["id"]) if query.include else None

    def view(row: Row) -> CodeView:
        return _view(call, service.found_in(row))

    return shown(page_of(rows, query, cursors, view, total))


async def update_code(call: Call) -> Answer:
    draft, report = draft_of(call.body(CodePatch))
    effective_from = draft.pop("effective_from", None)
    if draft.get("status", "") is None:
        report.add("status", "required", "a code has a status")
    refuse(report.errors)
    found = await changing.update(
        call.conn,
        call.principal,
        call.id("qr"),
        draft,
        _hosts(call),
        call.now,
        report,
        call.check_version,
        effective_from,
    )
    return _shown(call, found)


async def delete_code(call: Call) -> Answer:
    await service.delete(call.conn, call.principal, call.id("qr"), call.now, call.check_version)
    return deleted()


async def restore_code(call: Call) -> Answer:
    found = await service.restore(call.conn, call.principal, call.id("qr"), call.now)
    return _shown(call, found)


async def duplicate_code(call: Call) -> Answer:
    body = call.body(NewSlug)
    found = await service.duplicate(
        call.conn, call.principal, call.id("qr"), body.slug, body.name, call.now
    )
    return _created(call, found)


def _view(call: Call, found: Found) -> CodeView:
    return code_view(found, call.deps.settings, call.now)


def _shown(call: Call, found: Found) -> Answer:
    headers = planned(found.planned)
    return shown(_view(call, found), version=found.code["version"], headers=headers)


def _created(call: Call, found: Found) -> Answer:
    view = _view(call, found)
    return created(view, f"/v1/qr-codes/{view.id}", version=found.code["version"])


def _hosts(call: Call) -> frozenset[str]:
    return deployment_hosts(call.deps.settings)


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/qr-codes",
        id="createQrCode",
        summary="Make a code and the link it prints",
        description="Pictures named by URL are fetched now; from then on our copy is drawn.",
        tag="qr codes",
        handler=create_code,
        prepare=fetch_new,
        scope=Permission.QR_WRITE,
        body=CodeCreate,
        answer=CodeView,
        status=201,
        problems=(Conflict,),
        example={"destination_url": "https://example.com"},
    ),
    Operation(
        method="GET",
        path="/v1/qr-codes",
        id="listQrCodes",
        summary="Codes, newest first",
        tag="qr codes",
        handler=list_codes,
        scope=Permission.QR_READ,
        query=CodeQuery,
        description="Sorted by `scan_count` it has dynamic codes only: nobody counts static ones.",
        answer=Page[CodeView],
    ),
    Operation(
        method="GET",
        path="/v1/qr-codes/{id}",
        id="getQrCode",
        summary="One code",
        tag="qr codes",
        handler=get_code,
        live=True,
        scope=Permission.QR_READ,
        answer=CodeView,
        problems=(NotFound,),
    ),
    Operation(
        method="PATCH",
        path="/v1/qr-codes/{id}",
        id="updateQrCode",
        summary="Change a code, or where it leads",
        tag="qr codes",
        handler=update_code,
        prepare=fetch_changed,
        scope=Permission.QR_WRITE,
        body=CodePatch,
        answer=CodeView,
        headers=PLANNED_HEADERS,
        problems=(NotFound, Conflict, PreconditionFailed),
        example={"destination_url": "https://example.com/new"},
        description="Any subset of fields. Null takes an option away; `style`, `utm`, `app` and"
        " `metadata` change field by field.",
    ),
    Operation(
        method="DELETE",
        path="/v1/qr-codes/{id}",
        id="deleteQrCode",
        summary="Delete a code; it can be restored for 30 days",
        tag="qr codes",
        handler=delete_code,
        scope=Permission.QR_DELETE,
        status=204,
        problems=(NotFound, Conflict, PreconditionFailed),
    ),
    Operation(
        method="POST",
        path="/v1/qr-codes/{id}/restore",
        id="restoreQrCode",
        summary="Bring a deleted code back, with its link",
        tag="qr codes",
        handler=restore_code,
        scope=Permission.QR_WRITE,
        answer=CodeView,
        problems=(NotFound, Gone),
    ),
    Operation(
        method="POST",
        path="/v1/qr-codes/{id}/duplicate",
        id="duplicateQrCode",
        summary="The same again with a slug of its own",
        tag="qr codes",
        handler=duplicate_code,
        scope=Permission.QR_WRITE,
        body=NewSlug,
        body_required=False,
        answer=CodeView,
        status=201,
        problems=(NotFound, Conflict, TooMany),
        example={"name": "Second print run"},
    ),
    Operation(
        method="GET",
        path="/v1/links/{id}/qr-codes",
        id="listQrCodesOfLink",
        summary="The codes that print a link, newest first",
        tag="links",
        handler=list_codes_of_link,
        scope=Permission.QR_READ,
        query=PageQuery,
        answer=Page[CodeView],
        problems=(NotFound,),
    ),
)
