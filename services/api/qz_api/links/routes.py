"""/v1/links, and what operators do to a link."""

from collections.abc import Mapping
from typing import cast

from qz_api import listing
from qz_api.callers.permissions import Permission
from qz_api.codes.schemas import draft_of
from qz_api.http.call import Call
from qz_api.http.operation import Operation
from qz_api.http.paging import Page
from qz_api.http.respond import Answer, created, deleted, shown
from qz_api.links import blocking, service
from qz_api.links.draft import LinkDraft, refuse
from qz_api.links.listing import LINKS, LinkQuery, build_links
from qz_api.links.policy import deployment_hosts
from qz_api.links.publish import Link
from qz_api.links.schemas import (
    BlockLink,
    BlockView,
    LinkCreate,
    LinkPatch,
    LinkView,
    NewSlug,
    link_view,
)
from qz_api.versions import service as versions
from qz_api.versions.schemas import PLANNED_HEADERS, planned
from qz_common.errors import Conflict, Gone, NotFound, PreconditionFailed


async def create_link(call: Call) -> Answer:
    draft, report = draft_of(call.body(LinkCreate))
    refuse(report.errors)
    hosts = deployment_hosts(call.deps.settings)
    link = await service.create(
        call.conn, call.principal, cast(LinkDraft, draft), hosts, call.now, report
    )
    return _created(call, link)


async def get_link(call: Call) -> Answer:
    return _shown(call, await service.get(call.conn, call.principal, call.id("lnk")))


async def list_links(call: Call) -> Answer:
    query = call.query(LinkQuery)
    hosts = deployment_hosts(call.deps.settings)
    built = await build_links(call.conn, call.principal, query, hosts, call.now)
    return await listing.answer(call, LINKS, built, query, lambda row: _view(call, row))


async def update_link(call: Call) -> Answer:
    draft, report = draft_of(call.body(LinkPatch))
    effective_from = draft.pop("effective_from", None)
    if draft.get("status", "") is None:
        report.add("status", "required", "a link has a status")
    refuse(report.errors)
    before = await service.lock(call.conn, call.principal, call.id("lnk"))
    call.check_version(before["version"])
    hosts = deployment_hosts(call.deps.settings)
    if effective_from is not None and effective_from > call.now:
        version = await versions.plan(
            call.conn, call.principal, before, draft, (), effective_from, hosts, call.now, report
        )
        return _shown(call, before, planned(version["number"]))
    after = await service.update(call.conn, call.principal, before, draft, hosts, call.now, report)
    return _shown(call, after)


async def delete_link(call: Call) -> Answer:
    link = await service.lock(call.conn, call.principal, call.id("lnk"))
    call.check_version(link["version"])
    await service.delete(call.conn, call.principal, link, call.now)
    return deleted()


async def restore_link(call: Call) -> Answer:
    link = await service.restore(call.conn, call.principal, call.id("lnk"), call.now)
    return _shown(call, link)


async def duplicate_link(call: Call) -> Answer:
    body = call.body(NewSlug)
    link = await service.duplicate(
        call.conn, call.principal, call.id("lnk"), body.slug, body.name, call.now
    )
    return _created(call, link)


async def block_link(call: Call) -> Answer:
    body = call.body(BlockLink)
    host, slug = body.host.lower(), body.slug.lower()
    link = await blocking.block(call.conn, host, slug, body.reason, call.now)
    return shown(BlockView.of(link))


async def unblock_link(call: Call) -> Answer:
    body = call.body(BlockLink)
    link = await blocking.unblock(call.conn, body.host.lower(), body.slug.lower(), call.now)
    return shown(BlockView.of(link))


def _view(call: Call, link: Link) -> LinkView:
    return link_view(link, call.deps.settings.edge_url, call.now)


def _shown(call: Call, link: Link, headers: Mapping[str, str] | None = None) -> Answer:
    return shown(_view(call, link), version=link["version"], headers=headers)


def _created(call: Call, link: Link) -> Answer:
    view = _view(call, link)
    return created(view, f"/v1/links/{view.id}", version=link["version"])


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/links",
        id="createLink",
        summary="Make a link without a code",
        tag="links",
        handler=create_link,
        scope=Permission.LINKS_WRITE,
        body=LinkCreate,
        answer=LinkView,
        status=201,
        problems=(Conflict,),
        example={"destination_url": "https://example.com", "name": "Spring menu"},
    ),
    Operation(
        method="GET",
        path="/v1/links",
        id="listLinks",
        summary="Links, newest first",
        tag="links",
        handler=list_links,
        scope=Permission.LINKS_READ,
        query=LinkQuery,
        answer=Page[LinkView],
    ),
    Operation(
        method="GET",
        path="/v1/links/{id}",
        id="getLink",
        summary="One link",
        tag="links",
        handler=get_link,
        live=True,
        scope=Permission.LINKS_READ,
        answer=LinkView,
        problems=(NotFound,),
    ),
    Operation(
        method="PATCH",
        path="/v1/links/{id}",
        id="updateLink",
        summary="Change a link, now or from a time on",
        tag="links",
        handler=update_link,
        scope=Permission.LINKS_WRITE,
        body=LinkPatch,
        answer=LinkView,
        headers=PLANNED_HEADERS,
        problems=(NotFound, Conflict, PreconditionFailed),
        example={"destination_url": "https://example.com/new"},
    ),
    Operation(
        method="DELETE",
        path="/v1/links/{id}",
        id="deleteLink",
        summary="Delete a link with its codes; it can be restored for 30 days",
        tag="links",
        handler=delete_link,
        scope=Permission.LINKS_WRITE,
        status=204,
        problems=(NotFound, Conflict, PreconditionFailed),
    ),
    Operation(
        method="POST",
        path="/v1/links/{id}/restore",
        id="restoreLink",
        summary="Bring a deleted link back, with the codes that went with it",
        tag="links",
        handler=restore_link,
        scope=Permission.LINKS_WRITE,
        answer=LinkView,
        problems=(NotFound, Gone),
    ),
    Operation(
        method="POST",
        path="/v1/links/{id}/duplicate",
        id="duplicateLink",
        summary="The same again with a slug of its own",
        tag="links",
        handler=duplicate_link,
        scope=Permission.LINKS_WRITE,
        body=NewSlug,
        body_required=False,
        answer=LinkView,
        status=201,
        problems=(NotFound, Conflict),
        example={"name": "Second campaign"},
    ),
    Operation(
        method="POST",
        path="/internal/links/block",
        id="internalBlockLink",
        summary="Block a link, whoever's it is",
        tag="internal",
        handler=block_link,
        body=BlockLink,
        answer=BlockView,
        guard="internal",
        problems=(NotFound,),
    ),
    Operation(
        method="POST",
        path="/internal/links/unblock",
        id="internalUnblockLink",
        summary="Let a blocked link go on as it was",
        tag="internal",
        handler=unblock_link,
        body=BlockLink,
        answer=BlockView,
        guard="internal",
        problems=(NotFound,),
    ),
)
