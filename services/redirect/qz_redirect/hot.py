"""The same hit as a plain ASGI function, for any server that is not ours, and behind the lane.

What is no plain redirect goes on to the application.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from qz_redirect.client import Proxies
from qz_redirect.hit import Hits
from qz_redirect.replies import REDIRECT_FIELDS

_METHODS = {"GET": b"GET", "HEAD": b"HEAD"}


class Hot:
    def __init__(self, hits: Hits, proxies: Proxies, app: ASGIApp) -> None:
        self._hits = hits
        self._proxies = proxies
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in _METHODS:
            location = self._follow(scope)
            if location is not None:
                headers = [(b"location", location), *_FIELDS]
                await send(
                    {
                        "type": "http.response.start",
                        "status": self._hits.redirect_status,
                        "headers": headers,
                    }
                )
                await send({"type": "http.response.body", "body": b""})
                return
        await self._app(scope, receive, send)

    def _follow(self, scope: Scope) -> bytes | None:
        headers = scope["headers"]
        fields = dict(headers)
        if len(fields) != len(headers) and sum(name == b"host" for name, _ in headers) != 1:
            return None
        client = scope.get("client")
        address = self._proxies.client_address(client[0] if client else "", headers)
        location = self._hits.follow(
            scope["path"].encode("utf-8", "replace"),
            scope["query_string"],
            _METHODS[scope["method"]],
            fields,
            address,
        )
        self._hits.journal.commit()
        return location


def _header(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b": ")
    return name, value


_FIELDS = tuple(_header(line) for line in REDIRECT_FIELDS.strip().split(b"\r\n"))
