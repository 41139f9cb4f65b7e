"""The same hit as a plain ASGI function, for any server that is not ours, and behind the lane.

What is no plain redirect goes on to the application.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from qz_redirect.client import Proxies
from qz_redirect.hit import Hits
from qz_redirect.prepared import REPLY_END

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
                headers = [(b"location", location), *REPLY_HEADERS]
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
        rest = self._hits.follow(
            scope["path"].encode("utf-8", "replace"),
            scope["query_string"],
            _METHODS[scope["method"]],
            fields,
            address,
        )
        self._hits.journal.commit()
        return None if rest is None else rest[: -len(REPLY_END)]


def _header(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b": ")
    return name, value


REPLY_HEADERS = tuple(_header(line) for line in REPLY_END.strip().split(b"\r\n"))
