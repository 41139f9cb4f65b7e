"""The OpenAPI document and the page to try it with, both served from here alone."""

import gzip
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import orjson
from starlette.routing import BaseRoute, Route

from qz_api.http.openapi import document
from qz_api.http.operation import Operation
from qz_api.http.respond import Answer, send_answer
from qz_api.http.scope import Receive, Scope, Send, header
from qz_api.http.state import request_state
from qz_common.errors import MethodNotAllowed

HERE = Path(__file__).parent
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
FILES = (
    ("/docs", "static/explorer.html", "text/html; charset=utf-8"),
    ("/docs/explorer.js", "static/explorer.js", "text/javascript"),
    ("/docs/explorer.css", "static/explorer.css", "text/css"),
    ("/docs/swagger-ui-bundle.js", "vendor/swagger-ui-bundle.js", "text/javascript"),
    ("/docs/swagger-ui.css", "vendor/swagger-ui.css", "text/css"),
)


class Static:
    """Bytes that never change while the process runs: made and squeezed when first asked for."""

    def __init__(
        self, path: str, make: Callable[[], bytes], media_type: str, policy: str = ""
    ) -> None:
        self._path = path
        self._make = make
        self._headers = {
            "Content-Type": media_type,
            "Cache-Control": "no-cache",
            "Vary": "Accept-Encoding",
        }
        if policy:
            self._headers["Content-Security-Policy"] = policy

    @cached_property
    def _plain(self) -> Answer:
        return Answer(200, self._make(), self._headers)

    @cached_property
    def _squeezed(self) -> Answer:
        squeezed = gzip.compress(self._plain.body, 6, mtime=0)
        return Answer(200, squeezed, {**self._headers, "Content-Encoding": "gzip"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        squeezes = "gzip" in (header(scope, b"accept-encoding") or "")
        await _read_only(scope, send, self._path, self._squeezed if squeezes else self._plain)


class Fixed:
    """One short answer, whoever asks."""

    def __init__(self, path: str, answer: Answer) -> None:
        self._path = path
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _read_only(scope, send, self._path, self._answer)


async def _read_only(scope: Scope, send: Send, path: str, answer: Answer) -> None:
    request_state(scope).route = path
    if scope["method"] not in ("GET", "HEAD"):
        raise MethodNotAllowed("this is for reading", headers={"Allow": "GET, HEAD"})
    await send_answer(scope, send, answer)


def routes(operations: Sequence[Operation]) -> list[BaseRoute]:
    def described() -> bytes:
        return orjson.dumps(document(operations))

    files = [(path, (HERE / name).read_bytes, kind) for path, name, kind in FILES]
    return [
        Route("/openapi.json", Static("/openapi.json", described, "application/json")),
        Route("/", Fixed("/", Answer(302, headers={"Location": "/docs"}))),
        Route("/favicon.ico", Fixed("/favicon.ico", Answer(204))),
        *(Route(path, Static(path, make, kind, PAGE_POLICY)) for path, make, kind in files),
    ]
