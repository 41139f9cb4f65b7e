"""The role `serve`: the edge on its port, ending without dropping anybody."""

import asyncio
import contextlib
import resource
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast

import structlog
import uvicorn

from qz_common.errors import CannotStart
from qz_common.health import Health
from qz_common.ops import QuietServer, ops_server, running
from qz_redirect.app import create_app
from qz_redirect.beat import Beat
from qz_redirect.deps import open_edge
from qz_redirect.keeper import Keeper
from qz_redirect.lane import Lane
from qz_redirect.local import LocalEdge
from qz_redirect.metrics import serve_metrics
from qz_redirect.replies import Replies
from qz_redirect.settings import ServeSettings
from qz_redirect.tasks import background, spare_the_collector

BACKLOG = 4096
MOST_FILES = 100_000
OTHER_FILES = 48

log = structlog.get_logger()


async def serve(settings: ServeSettings, stop: asyncio.Event) -> None:
    health = Health()
    async with open_edge(settings) as edge:
        health.checks["replica"] = lambda: _replica_check(edge)
        registry = serve_metrics(edge)
        async with (
            ops_server(health, registry, settings.ops_host, settings.ops_port),
            background(Keeper(edge.hits, settings.sync_seconds).run()),
            _public(settings, edge) as beat,
        ):
            health.started = True
            spare_the_collector()
            _say_start(settings, edge)
            await stop.wait()
            health.draining = True
            beat.drain()
            await asyncio.sleep(settings.drain_seconds)


@contextlib.asynccontextmanager
async def _public(settings: ServeSettings, edge: LocalEdge) -> AsyncIterator[Beat]:
    beat = Beat(
        settings.keep_alive_seconds,
        settings.receive_seconds,
        settings.redirect_status,
        room=room_for_connections(),
    )
    replies = Replies(edge.hits.journal, asyncio.get_running_loop())
    config = uvicorn.Config(
        create_app(edge),
        http=cast(Any, partial(Lane, edge.hits, edge.proxies, beat, replies)),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=int(settings.keep_alive_seconds),
        timeout_graceful_shutdown=int(settings.grace_seconds),
    )
    listener = listen(settings.host, settings.port, reuse=settings.reuse_port)
    server = EdgeServer(config, listener)
    connections = cast(Any, server.server_state.connections)
    async with background(beat.run(connections)), running(server):
        yield beat


class EdgeServer(QuietServer):
    """On a listener that was opened before, so that several processes may share a port."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket) -> None:
        super().__init__(config)
        self._listener = listener

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        await super().serve(sockets or [self._listener])


def listen(host: str, port: int, *, reuse: bool) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if reuse:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise CannotStart(f"could not listen on {host}:{port}: {error.strerror}") from error
    return listener


def room_for_connections() -> int:
    """Takes as many open files as this machine allows, and leaves some for everything else."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if most == resource.RLIM_INFINITY else min(most, MOST_FILES)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
        allowed = wanted
    files = MOST_FILES if allowed == resource.RLIM_INFINITY else allowed
    return max(1, (files - OTHER_FILES) * 3 // 4)


async def _replica_check(edge: LocalEdge) -> str | None:
    return None if edge.hits.reader.usable else "no replica yet"


def _say_start(settings: ServeSettings, edge: LocalEdge) -> None:
    log.info(
        "the edge is up",
        port=settings.port,
        journal=f"{edge.hits.journal.id:016x}",
        next_seq=edge.hits.journal.next_seq,
        codes=edge.hits.reader.entries(),
        geo=edge.hits.geo.describe(datetime.now(UTC)),
    )
