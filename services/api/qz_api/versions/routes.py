"""Versions of links, asked by the link or by a code that prints it."""

from uuid import UUID

from qz_api.callers.permissions import Permission
from qz_api.codes import service as codes
from qz_api.codes.schemas import CodeView, code_view
from qz_api.http.call import Call
from qz_api.http.operation import Operation
from qz_api.http.paging import Page, PageQuery, page_of
from qz_api.http.respond import Answer, deleted, shown
from qz_api.links import service as links
from qz_api.links.policy import deployment_hosts
from qz_api.links.publish import Link
from qz_api.links.schemas import LinkView, link_view
from qz_api.versions import service, store
from qz_api.versions.schemas import Rollback, VersionView, version_view
from qz_common.errors import Conflict, NotFound, PreconditionFailed

MAX_NUMBER = 2**31 - 1


async def list_of_link(call: Call) -> Answer:
    link = await links.get(call.conn, call.principal, call.id("lnk"))
    return await _page(call, link["id"])


async def list_of_code(call: Call) -> Answer:
    found = await codes.get(call.conn, call.principal, call.id("qr"))
    return await _page(call, _dynamic(found.link)["id"])


async def roll_back_link(call: Call) -> Answer:
    link = await links.lock(call.conn, call.principal, call.id("lnk"))
    call.check_version(link["version"])
    after = await _roll_back(call, link)
    view = link_view(after, call.deps.settings.edge_url, call.now)
    return shown(view, version=after["version"])


async def roll_back_code(call: Call) -> Answer:
    found = await codes.lock(call.conn, call.principal, call.id("qr"))
    call.check_version(found.code["version"])
    await _roll_back(call, _dynamic(found.link))
    after = await codes.get(call.conn, call.principal, call.id("qr"))
    view = code_view(after, call.deps.settings, call.now)
    return shown(view, version=after.code["version"])


async def cancel_of_link(call: Call) -> Answer:
    link = await links.lock(call.conn, call.principal, call.id("lnk"))
    return await _cancel(call, link)


async def cancel_of_code(call: Call) -> Answer:
    found = await codes.lock(call.conn, call.principal, call.id("qr"))
    return await _cancel(call, _dynamic(found.link))


async def _page(call: Call, link: UUID) -> Answer:
    query = call.query(PageQuery)
    cursors = call.cursors(link)
    before = cursors.read(query.cursor)[0] if query.cursor else None
    workspace = call.principal.workspace
    rows = await store.page(call.conn, workspace, link, before, query.limit + 1)
    total = await store.count(call.conn, workspace, link) if query.include else None
    return shown(page_of(rows, query, cursors, version_view, total, place=("number",)))


async def _roll_back(call: Call, link: Link) -> Link:
    return await service.rollback(
        call.conn,
        call.principal,
        link,
        min(call.body(Rollback).version, MAX_NUMBER),
        deployment_hosts(call.deps.settings),
        call.now,
    )


async def _cancel(call: Call, link: Link) -> Answer:
    text = call.path["version"]
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise NotFound("there is no such version here")
    await service.cancel(call.conn, call.principal, link, int(text), call.now)
    return deleted()


def _dynamic(link: Link | None) -> Link:
    if link is None:
        raise Conflict("a static code leads past us: it has no versions", "static_code")
    return link


OPERATIONS = tuple(
    operation
    for path, tag, name, read, write, page, roll_back, cancel, answer in (
        (
            "/v1/links/{id}",
            "links",
            "Link",
            Permission.LINKS_READ,
            Permission.LINKS_WRITE,
            list_of_link,
            roll_back_link,
            cancel_of_link,
            LinkView,
        ),
        (
            "/v1/qr-codes/{id}",
            "qr codes",
            "QrCode",
            Permission.QR_READ,
            Permission.QR_WRITE,
            list_of_code,
            roll_back_code,
            cancel_of_code,
            CodeView,
        ),
    )
    for operation in (
        Operation(
            method="GET",
            path=f"{path}/versions",
            id=f"list{name}Versions",
            summary="Where it led and will lead, newest first",
            tag=tag,
            handler=page,
            scope=read,
            query=PageQuery,
            answer=Page[VersionView],
            problems=(NotFound, Conflict),
        ),
        Operation(
            method="DELETE",
            path=f"{path}/versions/{{version}}",
            id=f"cancel{name}Version",
            summary="Call a planned change off",
            tag=tag,
            handler=cancel,
            scope=write,
            status=204,
            problems=(NotFound, Conflict),
        ),
        Operation(
            method="POST",
            path=f"{path}/rollback",
            id=f"rollBack{name}",
            summary="Lead where an earlier version led; a version of its own",
            tag=tag,
            handler=roll_back,
            scope=write,
            body=Rollback,
            answer=answer,
            problems=(NotFound, Conflict, PreconditionFailed),
            example={"version": 1},
        ),
    )
)
