"""The application behind the lane: the same hits first, then everything that takes its time."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from qz_redirect import front
from qz_redirect.edge import Edge, reply_to
from qz_redirect.gate import UNKNOWN
from qz_redirect.hot import Hot
from qz_redirect.local import LocalEdge
from qz_redirect.pages.kinds import BAD_HOST
from qz_redirect.responses import Answer


def create_app(edge: LocalEdge) -> ASGIApp:
    """Needs no lifespan: whoever opened the edge closes it."""
    slow = Starlette(
        routes=[
            *front.routes(),
            *(Route(path, scan, methods=["GET", "HEAD"]) for path in front.SLUG_PATHS),
        ],
        exception_handlers={HTTPException: front.failure},
    )
    slow.router.redirect_slashes = False
    return Hot(edge.hits, edge.proxies, KnownHosts(edge, slow))


async def scan(request: Request) -> Answer:
    edge: Edge = request.state.edge
    arrival = await edge.arrive(request)
    if arrival is None:
        language = request.headers.get("accept-language", "").encode("latin-1")
        return edge.gates.pages.show(UNKNOWN, language)
    reply = reply_to(edge, arrival)
    edge.count(arrival, reply)
    return reply.answer


class KnownHosts:
    """Exactly one Host header, and one of ours: anything else is 400 and reaches nothing."""

    def __init__(self, edge: LocalEdge, app: ASGIApp) -> None:
        self._edge = edge
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        scope.setdefault("state", {})["edge"] = self._edge
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) == 1 and self._edge.hits.hosts.site(hosts[0]) is not None:
            await self._app(scope, receive, send)
            return
        languages = dict(scope["headers"]).get(b"accept-language", b"")
        await self._edge.gates.pages.show(BAD_HOST, languages)(scope, receive, send)
