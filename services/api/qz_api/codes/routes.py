"""/v1/qr-codes."""

import asyncio

from qz_api.auth.scopes import Scope
from qz_api.codes import service, store
from qz_api.codes.schemas import CodeCreate, CodePatch, CodeView, code_view
from qz_api.db import Row
from qz_api.deps import Deps
from qz_api.http.call import Call
from qz_api.http.operation import Operation
from qz_api.http.paging import Page, PageQuery, cut
from qz_api.http.respond import Answer, created, deleted, raw, shown
from qz_common.errors import Conflict, NotFound, PreconditionFailed
from qz_common.urls import UrlPolicy
from qz_render import parse_content, parse_style, render


async def create_code(call: Call) -> Answer:
    row = await service.create_code(
        call.conn, call.principal, call.body(CodeCreate), _policy(call.deps), call.now
    )
    view = _view(call, row)
    return created(view, f"/v1/qr-codes/{view.id}", version=row["version"])


async def get_code(call: Call) -> Answer:
    row = await service.get_code(call.conn, call.principal, call.id("qr"))
    return shown(_view(call, row), version=row["version"])


async def list_codes(call: Call) -> Answer:
    query = call.query(PageQuery)
    principal = call.principal
    cursors = call.cursors()
    rows = await store.list_codes(
        call.conn,
        principal.workspace,
        principal.mode,
        cursors.read_place(query.cursor),
        query.limit + 1,
    )
    kept, following = cut(rows, query.limit, cursors, lambda row: (row["created_at"], row["id"]))
    total = None
    if query.include:
        total = await store.count_codes(call.conn, principal.workspace, principal.mode)
    page = Page[CodeView](
        data=[_view(call, row) for row in kept],
        has_more=following is not None,
        next_cursor=following,
        total=total,
    )
    return shown(page)


async def patch_code(call: Call) -> Answer:
    body = call.body(CodePatch)
    code = await service.get_code(call.conn, call.principal, call.id("qr"))
    call.check_version(code["version"])
    row = await service.retarget(
        call.conn, call.principal, code, body.destination_url, _policy(call.deps), call.now
    )
    return shown(_view(call, row), version=row["version"])


async def delete_code(call: Call) -> Answer:
    code = await service.get_code(call.conn, call.principal, call.id("qr"))
    call.check_version(code["version"])
    await service.delete_code(call.conn, call.principal, code, call.now)
    return deleted()


async def get_image(call: Call) -> Answer:
    async with call.deps.db.transaction(call.principal.workspace) as conn:
        code = await service.get_code(conn, call.principal, call.id("qr"))
    # in capitals a symbol is smaller, and its scans can be told from clicks
    payload = f"{call.deps.settings.edge_url}/{code['slug']}".upper()
    image = await asyncio.to_thread(_draw, payload, code["size"])
    return raw(image, "image/png")


def _draw(payload: str, size: int) -> bytes:
    content = parse_content({"kind": "url", "url": payload})
    return render(content, parse_style({}), "png", size).data


def _view(call: Call, row: Row) -> CodeView:
    settings = call.deps.settings
    return code_view(row, settings.api_url, settings.edge_url)


def _policy(deps: Deps) -> UrlPolicy:
    return UrlPolicy(own_hosts=frozenset(deps.settings.short_hosts))


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/qr-codes",
        id="createQrCode",
        summary="Make a code and the link it prints",
        tag="qr codes",
        handler=create_code,
        scope=Scope.QR_WRITE,
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
        scope=Scope.QR_READ,
        query=PageQuery,
        answer=Page[CodeView],
    ),
    Operation(
        method="GET",
        path="/v1/qr-codes/{id}",
        id="getQrCode",
        summary="One code",
        tag="qr codes",
        handler=get_code,
        scope=Scope.QR_READ,
        answer=CodeView,
        problems=(NotFound,),
    ),
    Operation(
        method="PATCH",
        path="/v1/qr-codes/{id}",
        id="updateQrCode",
        summary="Change where a code leads",
        tag="qr codes",
        handler=patch_code,
        scope=Scope.QR_WRITE,
        body=CodePatch,
        answer=CodeView,
        problems=(NotFound, Conflict, PreconditionFailed),
        example={"destination_url": "https://example.com/new"},
    ),
    Operation(
        method="DELETE",
        path="/v1/qr-codes/{id}",
        id="deleteQrCode",
        summary="Delete a code",
        tag="qr codes",
        handler=delete_code,
        scope=Scope.QR_DELETE,
        status=204,
        problems=(NotFound, Conflict, PreconditionFailed),
    ),
    Operation(
        method="GET",
        path="/v1/qr-codes/{id}/image",
        id="getQrCodeImage",
        summary="The symbol",
        tag="qr codes",
        handler=get_image,
        scope=Scope.QR_READ,
        media_types=("image/png",),
        problems=(NotFound,),
        uses="nothing",
    ),
)
