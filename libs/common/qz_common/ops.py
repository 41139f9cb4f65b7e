"""The port for operators: `/livez /readyz /startupz /metrics`, apart from the public one."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from qz_common.errors import CannotStart
from qz_common.health import Health

START_SECONDS = 10.0


class QuietServer(uvicorn.Server):
    """Signals belong to the role, not to each of its servers."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def ops_app(health: Health, registry: CollectorRegistry) -> Starlette:
    async def live(_: Request) -> Response:
        return JSONResponse({"live": True})

    async def ready(_: Request) -> Response:
        reasons = await health.readiness()
        return JSONResponse(
            {"ready": not reasons, "reasons": reasons}, status_code=503 if reasons else 200
        )

    async def started(_: Request) -> Response:
        return JSONResponse({"started": health.started}, status_code=200 if health.started else 503)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return Starlette(
        routes=[
            Route("/livez", live),
            Route("/readyz", ready),
            Route("/startupz", started),
            Route("/metrics", metrics),
        ]
    )


@contextlib.asynccontextmanager
async def ops_server(
    health: Health, registry: CollectorRegistry, host: str, port: int
) -> AsyncIterator[None]:
    app = ops_app(health, registry)
    config = uvicorn.Config(
        app, host=host, port=port, log_config=None, access_log=False, lifespan="off"
    )
    async with running(QuietServer(config)):
        yield


@contextlib.asynccontextmanager
async def running(server: uvicorn.Server) -> AsyncIterator[None]:
    """The server answers inside the block; a port in use is an OSError, not an exit."""
    task = asyncio.create_task(_serve(server))
    try:
        async with asyncio.timeout(START_SECONDS):
            # uvicorn tells by a flag only
            while not server.started and not task.done():  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        if task.done():
            await task
        yield
    finally:
        server.should_exit = True
        await asyncio.wait([task])


async def _serve(server: uvicorn.Server) -> None:
    try:
        await server.serve()
    except SystemExit as exit:
        where = f"{server.config.host}:{server.config.port}"
        raise CannotStart(f"could not listen on {where}: is the port in use?") from exit
