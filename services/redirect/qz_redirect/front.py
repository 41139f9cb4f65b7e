"""What the app mounts besides the scan itself: one table of routes, one of failures.

`GET /{slug}` is not here: the scan belongs to hit.py, which asks `edge.reply_to` for everything
that is no plain redirect. Order matters: the fixed names are also shaped like slugs. The app must
be made with `redirect_slashes=False`: that redirect would lead to whatever host was asked for.
"""

import contextlib
from collections.abc import Iterator, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from qz_redirect.edge import Edge, Gates
from qz_redirect.gate import UNKNOWN, Show
from qz_redirect.pages.kinds import BAD_METHOD, BAD_REQUEST, BUSY, TOO_LARGE
from qz_redirect.pages.render import Pages
from qz_redirect.pages.routes import accept_language, icon, page_action, page_file, robots, start
from qz_redirect.password.checker import Checker
from qz_redirect.password.passes import Passes, pass_key
from qz_redirect.password.routes import unlock
from qz_redirect.password.tries import Tries

ROOTS = ("/{slug}", "/r/{slug}", "/R/{slug}")
SLUG_PATHS = (*ROOTS, *(f"{path}/" for path in ROOTS))
"""A slash at the end is one that somebody typed, or a program that tidies addresses up."""
FAILURES: Mapping[int, Show] = {
    400: BAD_REQUEST,
    404: UNKNOWN,
    405: BAD_METHOD,
    413: TOO_LARGE,
    503: BUSY,
}


@contextlib.contextmanager
def open_gates(
    *, internal_token: str, edge_url: str, redirect_status: int = 302
) -> Iterator[Gates]:
    """Templates are compiled and the checker's threads kept for as long as the block lasts."""
    with Checker() as checker:
        yield Gates(
            pages=Pages(),
            passes=Passes(pass_key(internal_token)),
            tries=Tries(),
            checker=checker,
            secure=edge_url.startswith("https:"),
            redirect_status=redirect_status,
        )


def routes() -> list[Route]:
    return [
        Route("/", start),
        Route("/robots.txt", robots),
        Route("/favicon.ico", icon),
        *(route for path in ROOTS for route in _below(path)),
        *(Route(path, unlock, methods=["POST"]) for path in SLUG_PATHS),
    ]


async def failure(request: Request, error: Exception) -> Response:
    """For `exception_handlers={HTTPException: failure}`: a page in place of bare words."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    show = FAILURES.get(status, BUSY if status >= 500 else BAD_REQUEST)
    edge: Edge = request.state.edge
    page = edge.gates.pages.show(show, accept_language(request))
    response = Response(page.body, page.status)
    response.raw_headers = [*page.headers]
    if status == 405:
        response.headers["allow"] = "GET, HEAD"
    return response


def _below(slug: str) -> list[Route]:
    return [
        Route(f"{slug}/f/{{name}}", page_file),
        Route(f"{slug}/a/{{action}}", page_action),
    ]
