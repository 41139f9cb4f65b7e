"""R5: a broker that comes back empty, under a new prefix, loses nothing.

The API's part (routing published again from Postgres) and that of analytics (marks of what is
stored) are played by the test; both have tests of their own.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from deploy.embedded.backends import HOST, free_port
from qz_common.kafka import ensure_topics, make_producer
from qz_common.ops import QuietServer, running
from qz_common.records import encode
from qz_common.topics import ROUTING
from tests.fixtures.broker import Broker, broker_environment
from tests.fixtures.edge import (
    EdgeProcess,
    code,
    edge_process,
    exchange,
    get,
    identities,
    journaled,
    killed_at_end,
    put,
    replicate_process,
    slugs,
    statuses,
)
from tests.fixtures.load import Load, under_load
from tests.fixtures.scans import Arrived, arriving, kafka_settings
from tests.fixtures.wait import eventually

TOKEN = "t0ken"


@asynccontextmanager
async def analytics(marks: dict[str, int]) -> AsyncIterator[str]:
    """Its one route that a sender asks."""

    async def answer(request: Request) -> JSONResponse:
        known = request.headers.get("authorization") == f"Bearer {TOKEN}"
        return JSONResponse({"marks": marks} if known else {}, status_code=200 if known else 404)

    port = free_port()
    app = Starlette(routes=[Route("/internal/marks", answer)])
    config = uvicorn.Config(app, HOST, port, log_config=None, access_log=False, lifespan="off")
    async with running(QuietServer(config)):
        yield f"http://{HOST}:{port}"


async def test_a_wiped_broker_loses_no_scan_and_no_route(
    own_broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    data, marks = tmp_path / "data", dict[str, int]()
    routes = slugs(plain=code(version=3), gone=code("lnk_2", version=4, status="deleted"))
    put(data, routes)
    edge = edge_process(tmp_path, data, "edge", JOURNAL_SEGMENT_BYTES="20000")
    load = Load(edge.port)
    async with analytics(marks) as url:
        with killed_at_end(edge.child):
            edge.child.start()
            async with under_load(load):
                first = await one_life(own_broker, f"{topic_prefix}1.", data, url, load, marks)
                own_broker.kill()
                await eventually(lambda: len(load.answered) > 900, within=30)
                own_broker.start()
                second = await one_life(own_broker, f"{topic_prefix}2.", data, url, load, marks)
            await still_dead(edge)
    everything = first.distinct() | second.distinct()
    numbers = {int(event.ua) for event in (*first.events, *second.events) if event.ua}
    assert set(load.answered) - numbers <= set(list(load.answered)[-50:])
    assert not load.failed
    assert everything <= set(identities(journaled(data))) | first.distinct()
    lowest = min(event.seq for event in second.events)
    assert lowest > next(iter(marks.values())) - len(second.events)


async def one_life(
    broker: Broker, prefix: str, data: Path, url: str, load: Load, marks: dict[str, int]
) -> Arrived:
    """A broker's life: routing is published, scans arrive, half of them are said to be stored."""
    settings = kafka_settings(broker, prefix)
    environment = {
        **broker_environment(broker, prefix),
        "JOURNAL_KEEP": "stored",
        "ANALYTICS_URL": url,
        "INTERNAL_TOKEN": TOKEN,
    }
    await ensure_topics(settings)
    producer = make_producer(settings)
    await producer.start()
    for key, record in slugs(plain=code(version=3), gone=code("lnk_2", version=1)).items():
        await producer.send_and_wait(settings.topic(ROUTING), encode(record), key=key.encode())
    await producer.stop()
    replicate = replicate_process(data.parent, data, environment)
    async with arriving(settings) as arrived:
        with killed_at_end(replicate):
            await asyncio.to_thread(replicate.start)
            goal = len(load.answered) + 300
            await eventually(lambda: len(arrived.distinct()) >= goal / 2, within=60)
            await eventually(lambda: len(load.answered) >= goal, within=60)
            last = goal
            await eventually(lambda: any(int(e.ua) >= last for e in arrived.events), within=60)
            for event in arrived.events[: len(arrived.events) // 2]:
                name = f"{event.journal:016x}"
                marks[name] = max(marks.get(name, 0), event.seq)
    return arrived


async def still_dead(edge: EdgeProcess) -> None:
    """The re-publish had an older, living version of it."""
    assert statuses(await exchange(edge.port, get("/gone"))) == [410]
