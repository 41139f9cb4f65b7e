"""The least that an ASGI application can do for a redirect: what the edge is measured against."""

from starlette.types import Receive, Scope, Send

HEADERS = [
    (b"location", b"https://example.com/landing/0?campaign=spring"),
    (b"content-length", b"0"),
]


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        raise NotImplementedError
    await send({"type": "http.response.start", "status": 302, "headers": HEADERS})
    await send({"type": "http.response.body", "body": b""})
