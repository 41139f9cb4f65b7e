"""The OpenAPI document and the page to try it with, both served from here alone."""

from collections.abc import Sequence

import orjson
from starlette.routing import BaseRoute, Route

from qz_api.http.openapi import document
from qz_api.http.operation import Operation
from qz_api.http.respond import raw, send_answer
from qz_api.http.scope import Receive, Scope, Send
from qz_api.http.state import request_state
from qz_common.errors import MethodNotAllowed


class Static:
    """Bytes that never change while the process runs."""

    def __init__(self, path: str, body: bytes, media_type: str, headers: dict[str, str]) -> None:
        self._path = path
        self._answer = raw(body, media_type, headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_state(scope).log["route"] = self._path
        if scope["method"] not in ("GET", "HEAD"):
            raise MethodNotAllowed("this is for reading", headers={"Allow": "GET, HEAD"})
        await send_answer(scope, send, self._answer)


def routes(operations: Sequence[Operation]) -> list[BaseRoute]:
    spec = orjson.dumps(document(operations))
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"}
    return [Route("/openapi.json", Static("/openapi.json", spec, "application/json", headers))]
