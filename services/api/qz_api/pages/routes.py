"""/v1/landing-pages."""

from qz_api import listing
from qz_api.callers.permissions import Permission
from qz_api.http.call import Call
from qz_api.http.operation import Operation
from qz_api.http.paging import Page
from qz_api.http.respond import Answer, created, deleted, raw, shown
from qz_api.links.context import policy_of
from qz_api.pages import service, store
from qz_api.pages.pictures import make_small
from qz_api.pages.preview import POLICY_HEADER, preview_headers, preview_html
from qz_api.pages.schemas import (
    Document,
    LandingPageCreate,
    LandingPagePatch,
    LandingPageQuery,
    LandingPageView,
    PreviewQuery,
    page_view,
)
from qz_common.errors import Conflict, NotFound, PreconditionFailed

TAG = "landing pages"


async def shrink_new(call: Call) -> None:
    await make_small(call.deps, call.principal, call.body(LandingPageCreate))


async def shrink_changed(call: Call) -> None:
    await make_small(call.deps, call.principal, call.body(LandingPagePatch))
    await shrink_stored(call)


async def shrink_stored(call: Call) -> None:
    """Of a page from before there were small copies."""
    async with call.deps.db.transaction(call.principal.workspace) as conn:
        page = await service.require_page(conn, call.principal, call.id("pg"))
    await make_small(call.deps, call.principal, Document.model_validate(page["document"]))


async def create_page(call: Call) -> Answer:
    body = call.body(LandingPageCreate)
    row = await service.create(call.conn, call.principal, body, await policy_of(call), call.now)
    view = page_view(row)
    return created(view, f"/v1/landing-pages/{view.id}", version=row["version"])


async def get_page(call: Call) -> Answer:
    row = await service.require_page(call.conn, call.principal, call.id("pg"))
    return shown(page_view(row), version=row["version"])


async def list_pages(call: Call) -> Answer:
    query = call.query(LandingPageQuery)
    found = listing.plain(
        call.principal, store.TABLE, query, published=query.published, slug=query.slug
    )
    return await listing.answer(call, store.TABLE, found, query, page_view)


async def update_page(call: Call) -> Answer:
    before = await service.lock(call.conn, call.principal, call.id("pg"))
    call.check_version(before["version"])
    patch = call.body(LandingPagePatch)
    row = await service.update(
        call.conn, call.principal, before, patch, await policy_of(call), call.now
    )
    return shown(page_view(row), version=row["version"])


async def delete_page(call: Call) -> Answer:
    page = await service.lock(call.conn, call.principal, call.id("pg"))
    call.check_version(page["version"])
    await service.delete(call.conn, call.principal, page, call.now)
    return deleted()


async def preview_page(call: Call) -> Answer:
    page = await service.require_page(call.conn, call.principal, call.id("pg"))
    compiled = await service.compiled_landing(call.conn, page)
    html = preview_html(compiled, call.query(PreviewQuery).language)
    return raw(html.encode(), "text/html; charset=utf-8", preview_headers(html))


EXAMPLE = {
    "title": {"en": "Lisbon on foot", "pt": "Lisboa a pé"},
    "subtitle": {"en": "Small walks with people who live here."},
    "languages": ["en", "pt"],
    "theme": {
        "light": {"background": "#fdf8f0", "text": "#2a1f14", "accent": "#b4461f"},
        "font": "serif",
    },
    "blocks": [
        {"type": "text", "text": "We meet at **ten** at the fountain, *rain or shine*."},
        {
            "type": "button",
            "label": {"en": "Book a walk", "pt": "Reservar"},
            "to": {"type": "url", "url": "https://example.com/book"},
        },
        {
            "type": "hours",
            "spans": [{"days": ["mon", "tue", "wed"], "opens": "09:00", "closes": "18:00"}],
        },
    ],
}

OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/landing-pages",
        id="createLandingPage",
        summary="Make a page that links can show",
        tag=TAG,
        handler=create_page,
        prepare=shrink_new,
        scope=Permission.LANDING_PAGES_WRITE,
        body=LandingPageCreate,
        answer=LandingPageView,
        status=201,
        problems=(Conflict,),
        example=EXAMPLE,
    ),
    Operation(
        method="GET",
        path="/v1/landing-pages",
        id="listLandingPages",
        summary="Landing pages, newest first",
        tag=TAG,
        handler=list_pages,
        scope=Permission.LANDING_PAGES_READ,
        query=LandingPageQuery,
        answer=Page[LandingPageView],
    ),
    Operation(
        method="GET",
        path="/v1/landing-pages/{id}",
        id="getLandingPage",
        summary="One landing page",
        tag=TAG,
        handler=get_page,
        scope=Permission.LANDING_PAGES_READ,
        answer=LandingPageView,
        problems=(NotFound,),
    ),
    Operation(
        method="PATCH",
        path="/v1/landing-pages/{id}",
        id="updateLandingPage",
        summary="Change a landing page; every edge shows the new one within moments",
        tag=TAG,
        handler=update_page,
        prepare=shrink_changed,
        scope=Permission.LANDING_PAGES_WRITE,
        body=LandingPagePatch,
        answer=LandingPageView,
        problems=(NotFound, Conflict, PreconditionFailed),
        example={"title": "Lisbon by night", "published": False},
    ),
    Operation(
        method="DELETE",
        path="/v1/landing-pages/{id}",
        id="deleteLandingPage",
        summary="Delete a landing page that no link shows",
        tag=TAG,
        handler=delete_page,
        scope=Permission.LANDING_PAGES_WRITE,
        status=204,
        problems=(NotFound, Conflict, PreconditionFailed),
    ),
    Operation(
        method="GET",
        path="/v1/landing-pages/{id}/preview",
        id="previewLandingPage",
        summary="The page as a visitor sees it, published or not",
        tag=TAG,
        handler=preview_page,
        prepare=shrink_stored,
        scope=Permission.LANDING_PAGES_READ,
        query=PreviewQuery,
        media_types=("text/html",),
        problems=(NotFound,),
        headers={POLICY_HEADER: "Nothing but the page's own style; shown in a frame, it is inert"},
    ),
)
