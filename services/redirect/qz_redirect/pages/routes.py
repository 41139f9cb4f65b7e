"""Everything an edge serves besides scans: files and buttons of pages, the bare host, and the
few addresses that browsers and crawlers ask for by themselves."""

from collections.abc import Callable
from dataclasses import replace

from starlette.requests import Request

from qz_common.records import PageAction, PageFile, PageRecord
from qz_common.rules import Decision
from qz_redirect.edge import Arrival, Edge, Reply, facts_of, reply_with, shown
from qz_redirect.gate import PASSWORD, UNKNOWN, Open, Show, judge, judge_page
from qz_redirect.pages.compiled import find_action, find_file
from qz_redirect.pages.kinds import START
from qz_redirect.responses import Answer, answer, file, is_followable, redirect

ROBOTS = answer(200, b"text/plain; charset=utf-8", b"User-agent: *\nDisallow: /\n")
_EYE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 56 56">'
    b"<style>g{color:#1c1d1f}@media(prefers-color-scheme:dark){g{color:#efede8}}</style><g>"
    b'<rect x="3" y="3" width="50" height="50" rx="14" fill="none" stroke="currentColor"'
    b' stroke-width="6"/><rect x="19" y="19" width="18" height="18" rx="4" fill="currentColor"/>'
    b"</g></svg>"
)
ICON = Answer(
    200,
    (
        (b"content-type", b"image/svg+xml"),
        (b"content-length", str(len(_EYE)).encode()),
        (b"cache-control", b"public, max-age=604800"),
        (b"x-content-type-options", b"nosniff"),
    ),
    _EYE,
)

Found = PageFile | PageAction


async def page_file(request: Request) -> Answer:
    """`/{slug}/f/{name}`: fetching a contact or an event is a press of that name."""
    return await _pressed(request, find_file, request.path_params["name"])


async def page_action(request: Request) -> Answer:
    """`/{slug}/a/{action}`: counted, then on to where the button leads."""
    return await _pressed(request, find_action, request.path_params["action"])


async def start(request: Request) -> Answer:
    edge: Edge = request.state.edge
    root = edge.root_url(request)
    if root:
        return redirect(root)
    return edge.gates.pages.show(START, accept_language(request))


async def robots(_: Request) -> Answer:
    return ROBOTS


async def icon(_: Request) -> Answer:
    return ICON


def accept_language(request: Request) -> bytes:
    return request.headers.get("accept-language", "").encode("latin-1")


async def _pressed(
    request: Request, find: Callable[[PageRecord, str], Found | None], name: str
) -> Answer:
    """A name that the page doesn't offer is no press, so strangers can't write names into
    events."""
    edge: Edge = request.state.edge
    arrival = await edge.arrive(request)
    page = edge.page(arrival.record.page) if arrival and arrival.record.page else None
    found = find(page, name) if page else None
    if arrival is None or page is None or found is None:
        return _plain(request, UNKNOWN)
    reply = replace(_press_reply(edge, arrival, page, found), action=name)
    edge.count(arrival, reply)
    return reply.answer


def _press_reply(edge: Edge, arrival: Arrival, page: PageRecord, found: Found) -> Reply:
    verdict = judge(arrival.record, facts_of(edge.gates, arrival), arrival.visit.ts_ms)
    if verdict is PASSWORD:
        return Reply(redirect(arrival.path))
    if not isinstance(verdict, Open):
        return reply_with(edge, arrival, verdict, edge.gates.redirect_status)
    shut = judge_page(page)
    return shown(edge, arrival, shut) if shut else _offered(edge, arrival, found)


def _offered(edge: Edge, arrival: Arrival, found: Found) -> Reply:
    if isinstance(found, PageFile):
        return Reply(file(found.name, found.media_type, found.body.encode()))
    if not is_followable(found.href):
        return shown(edge, arrival, UNKNOWN)
    return Reply(redirect(found.href), Decision(found.href))


def _plain(request: Request, show: Show) -> Answer:
    edge: Edge = request.state.edge
    return edge.gates.pages.show(show, accept_language(request))
