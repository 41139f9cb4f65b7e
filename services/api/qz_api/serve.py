"""The role `serve`: the API behind uvicorn, never on a schema older than this release."""

import asyncio

import uvicorn

from qz_api.app import create_app
from qz_api.calls.log import recording
from qz_api.deps import open_deps
from qz_api.http.receiver import Receiver
from qz_api.ready import until_schema_fits
from qz_api.settings import ApiSettings
from qz_common.health import Health
from qz_common.ops import QuietServer, ops_server, running


async def serve(settings: ApiSettings, stop: asyncio.Event) -> None:
    """Listens at once and answers 503 while Postgres is away; ready when the schema fits."""
    async with open_deps(settings) as deps, recording(settings.calls, deps.metrics) as calls:
        deps.images.renderer.start()
        health = Health(checks={"postgres": deps.db.ping})
        config = uvicorn.Config(
            create_app(deps, calls),
            host=settings.host,
            port=settings.port,
            http=Receiver,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.accounts.trusted_proxies),
            forwarded_allow_ips=list(settings.accounts.trusted_proxies),
            limit_concurrency=settings.max_connections,
            timeout_graceful_shutdown=settings.drain_seconds,
        )
        ops = ops_server(health, deps.metrics.registry, settings.ops_host, settings.ops_port)
        async with ops, running(QuietServer(config)):
            await until_schema_fits(deps.db, health, stop)
            await stop.wait()
            health.draining = True
