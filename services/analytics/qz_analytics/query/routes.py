"""What the API asks of us, over HTTP and under the internal token; 404 for everybody else."""

import asyncio
import contextlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from qz_analytics.clickhouse import StoreAway, StoreRefused
from qz_analytics.deps import Deps
from qz_analytics.query.completeness import completeness
from qz_analytics.query.marks import marks
from qz_analytics.query.parse import read_question
from qz_analytics.query.question import Question
from qz_analytics.query.run import answer
from qz_analytics.query.scans import page, read_page
from qz_analytics.query.summary import read_summary, summary
from qz_common.errors import Invalid, Malformed, NotFound, Problem, TooLarge, Unavailable
from qz_common.topics import SCANS

BODY_LIMIT = 256 * 1024
TIMEOUT_EXCEEDED = 159
TOO_LARGE = frozenset({158, 160, 241, 307, 396})
"""ClickHouse's numbers for rows, estimated time, memory, bytes and result size."""

RETRY = {"Retry-After": "10"}

Answer = dict[str, Any]


def routes() -> list[Route]:
    return [
        Route("/internal/marks", get_marks, methods=["GET"]),
        Route("/internal/query", post_query, methods=["POST"]),
        Route("/internal/summary", post_summary, methods=["POST"]),
        Route("/internal/scans", post_scans, methods=["POST"]),
    ]


async def get_marks(request: Request) -> Response:
    deps = _deps(request)
    found = await _ask(deps, "marks", marks(deps.reader, deps.gap_grace_seconds))
    return _json({"marks": found})


async def post_query(request: Request) -> Response:
    deps, body = _deps(request), await _body(request)
    question = read_question(body, deps.clock.now())
    async with _turn(deps, question.workspace):
        result = await _ask(deps, "query", answer(deps.reader, question))
        if "completeness" in question.include:
            result["completeness"] = await _completeness(deps, question)
    return _json(result)


async def post_summary(request: Request) -> Response:
    deps, body = _deps(request), await _body(request)
    asked = read_summary(body, deps.clock.now())
    async with _turn(deps, asked.question.workspace):
        complete = await _completeness(deps, asked.question)
        result = await _ask(deps, "summary", summary(deps.reader, asked))
    return _json({**result, "completeness": complete})


async def post_scans(request: Request) -> Response:
    deps, body = _deps(request), await _body(request)
    asked = read_page(body, deps.clock.now())
    async with _turn(deps, asked.question.workspace):
        return _json(await _ask(deps, "scans", page(deps.reader, asked)))


def _deps(request: Request) -> Deps:
    deps: Deps = request.app.state.deps
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    same = hmac.compare_digest(token.encode(), deps.internal_token.encode())
    if scheme.lower() != "bearer" or not same:
        raise NotFound("there is nothing here")
    return deps


async def _body(request: Request) -> object:
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > BODY_LIMIT:
            raise TooLarge(f"at most {BODY_LIMIT} bytes")
    try:
        body: object = json.loads(received)
    except (ValueError, RecursionError) as error:
        raise Malformed("the body is not JSON") from error
    return body


@contextlib.asynccontextmanager
async def _turn(deps: Deps, workspace: str) -> AsyncIterator[None]:
    """One of the workspace's slots, and one deadline for all that is asked in it: also for the
    waiting while other questions have all threads."""
    with deps.slots.one(workspace):
        try:
            async with asyncio.timeout(deps.deadline_seconds):
                yield
        except TimeoutError as error:
            problem = _too_long()
            deps.metrics.refused.labels(problem.code).inc()
            raise problem from error


async def _completeness(deps: Deps, question: Question) -> Answer:
    work = completeness(
        deps.reader, deps.scans_topic, SCANS.partitions, question.span, deps.clock.now()
    )
    return await _ask(deps, "completeness", work)


async def _ask(deps: Deps, name: str, work: Awaitable[Answer]) -> Answer:
    """The store's refusals as problems that say what to do."""
    try:
        with deps.metrics.seconds.labels(name).time():
            return await work
    except (StoreAway, StoreRefused) as error:
        problem = _problem(error)
        deps.metrics.refused.labels(problem.code).inc()
        raise problem from error


def _problem(error: StoreAway | StoreRefused) -> Problem:
    if isinstance(error, StoreAway):
        return Unavailable("the store of scans is away", headers=RETRY)
    if error.code == TIMEOUT_EXCEEDED:
        return _too_long()
    if error.code in TOO_LARGE:
        return Invalid("it reads too much: ask for a shorter range", "query_too_large")
    raise error


def _too_long() -> Unavailable:
    words = "it took too long: ask for a shorter range"
    return Unavailable(words, "query_deadline", headers=RETRY)


def _json(value: Answer) -> Response:
    return Response(orjson.dumps(value), media_type="application/json")
