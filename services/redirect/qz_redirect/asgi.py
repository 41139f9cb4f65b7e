"""The edge for any ASGI server:

    uvicorn --factory qz_redirect.asgi:make_app --no-access-log --no-proxy-headers

Without the two options uvicorn writes visitors' addresses into its log, and believes a proxy that
TRUSTED_PROXIES does not name. The same hits without the lane, about half as fast, and without its
deadlines: put a proxy in front of it.
"""

import contextlib
import os
from collections.abc import AsyncIterator

from starlette.types import ASGIApp, Receive, Scope, Send

from qz_common.settings import load
from qz_redirect.app import create_app
from qz_redirect.deps import open_edge
from qz_redirect.keeper import Keeper
from qz_redirect.settings import ServeSettings
from qz_redirect.tasks import background


def make_app(settings: ServeSettings | None = None) -> ASGIApp:
    return _Opened(settings or load(ServeSettings, os.environ))


class _Opened:
    """Opens the edge at the server's start-up and closes it at its shutdown."""

    def __init__(self, settings: ServeSettings) -> None:
        self._settings = settings
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._app is not None:
            await self._app(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with self._open():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    @contextlib.asynccontextmanager
    async def _open(self) -> AsyncIterator[None]:
        async with (
            open_edge(self._settings) as edge,
            background(Keeper(edge.hits, self._settings.sync_seconds).run()),
        ):
            self._app = create_app(edge)
            try:
                yield
            finally:
                self._app = None
