"""The query side as an ASGI app: routes, and problems as RFC 9457 says."""

import contextlib
import secrets
from collections.abc import AsyncIterator

import orjson
import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from qz_analytics.deps import Deps
from qz_analytics.query.routes import routes
from qz_common.errors import PROBLEM_TYPE, MethodNotAllowed, NotFound, Problem
from qz_common.ops import QuietServer, running

BACKLOG = 128
KEEP_ALIVE_SECONDS = 30

log = structlog.get_logger()


def create_app(deps: Deps) -> Starlette:
    app = Starlette(
        routes=routes(),
        exception_handlers={
            Problem: show_problem,
            HTTPException: show_http_error,
            Exception: show_failure,
        },
    )
    app.state.deps = deps
    return app


@contextlib.asynccontextmanager
async def listening(app: Starlette, host: str, port: int) -> AsyncIterator[None]:
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        lifespan="off",
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=10,
    )
    async with running(QuietServer(config)):
        yield


async def show_problem(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    body = problem.as_json(request.url.path, _request_id(request))
    return Response(
        orjson.dumps(body),
        status_code=problem.status,
        media_type=PROBLEM_TYPE,
        headers=problem.headers,
    )


async def show_http_error(request: Request, error: Exception) -> Response:
    """What the router says: a wrong path or method."""
    assert isinstance(error, HTTPException)
    if error.status_code == MethodNotAllowed.status:
        return await show_problem(request, MethodNotAllowed("not with this method"))
    return await show_problem(request, NotFound("there is nothing here"))


async def show_failure(request: Request, error: Exception) -> Response:
    log.error("unexpected", path=request.url.path, request_id=_request_id(request), exc_info=error)
    return await show_problem(request, Problem("something went wrong here"))


def _request_id(request: Request) -> str:
    """The asking service's own, so that both logs tell of one call."""
    given = request.headers.get("x-request-id")
    return str(request.scope.setdefault("request_id", given or secrets.token_hex(8)))
