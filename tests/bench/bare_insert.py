"""The least that an endpoint with a row in Postgres can do: what creating a code is measured by."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

TABLE = "CREATE TABLE IF NOT EXISTS bare_codes (id bigint GENERATED ALWAYS AS IDENTITY, url text)"


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
    pool = await asyncpg.create_pool(os.environ["POSTGRES_ADMIN_DSN"], max_size=10)
    await pool.execute(TABLE)
    yield {"pool": pool}
    await pool.close()


async def create(request: Request) -> Response:
    body = orjson.loads(await request.body())
    id = await request.state.pool.fetchval(
        "INSERT INTO bare_codes (url) VALUES ($1) RETURNING id", body["destination_url"]
    )
    return Response(orjson.dumps({"id": id}), 201, media_type="application/json")


app = Starlette(routes=[Route("/", create, methods=["POST"])], lifespan=lifespan)
