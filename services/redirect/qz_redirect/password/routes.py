"""`POST /{slug}`: a password typed into the form.

A right one is answered with a pass and the way on, by the same decision as a scan. The way on is
a 303, which no browser answers by sending the password to the destination. Every try is counted
as a press of `password`, so the scan that showed the form stays the only scan.
"""

from dataclasses import replace
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request

from qz_common.address import network_of
from qz_redirect.edge import Arrival, Edge, Reply, facts_of, reply_with, shown
from qz_redirect.gate import PASSWORD, Facts, Show, judge
from qz_redirect.pages.kinds import (
    BAD_METHOD,
    BAD_REQUEST,
    BUSY,
    TOO_LARGE,
    TOO_MANY_TRIES,
    WRONG_PASSWORD,
)
from qz_redirect.password.checker import Busy
from qz_redirect.responses import Answer

ACTION = "password"
FORM = "application/x-www-form-urlencoded"
MAX_BODY_BYTES = 4096
MAX_FIELDS = 8
BUSY_SECONDS = 5
ONWARD = 303


async def unlock(request: Request) -> Answer:
    edge: Edge = request.state.edge
    arrival = await edge.arrive(request)
    if arrival is None or not arrival.record.password:
        language = request.headers.get("accept-language", "").encode("latin-1")
        return edge.gates.pages.show(BAD_METHOD, language).having((b"allow", b"GET, HEAD"))
    reply = replace(await _reply(edge, arrival, request), action=ACTION)
    edge.count(arrival, reply)
    return reply.answer


async def _reply(edge: Edge, arrival: Arrival, request: Request) -> Reply:
    facts = facts_of(edge.gates, arrival)
    verdict = judge(arrival.record, facts, arrival.visit.ts_ms)
    if verdict is not PASSWORD:
        return reply_with(edge, arrival, verdict, ONWARD)
    typed = await _typed(request)
    if isinstance(typed, Show):
        return shown(edge, arrival, typed)
    return await _tried(edge, arrival, facts, typed)


async def _tried(edge: Edge, arrival: Arrival, facts: Facts, typed: str) -> Reply:
    gates, record, now_ms = edge.gates, arrival.record, arrival.visit.ts_ms
    network = network_of(arrival.address)
    wait = gates.tries.take(record.link, network, now_ms)
    if wait:
        return _later(shown(edge, arrival, TOO_MANY_TRIES), wait)
    try:
        right = await gates.checker.check(typed, record.password)
    except Busy:
        gates.tries.give_back(record.link, network)
        return _later(shown(edge, arrival, BUSY), BUSY_SECONDS)
    if not right:
        return shown(edge, arrival, WRONG_PASSWORD)
    gates.tries.give_back(record.link, network)
    verdict = judge(record, replace(facts, unlocked=True), now_ms)
    reply = reply_with(edge, arrival, verdict, ONWARD)
    cookie = gates.passes.cookie(record, arrival.path, now_ms, secure=gates.secure)
    return replace(reply, answer=reply.answer.having((b"set-cookie", cookie)))


async def _typed(request: Request) -> str | Show:
    """What stands in the field; a body that is no small form is refused unread."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return BAD_REQUEST
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                return TOO_LARGE
        fields = parse_qs(
            body.decode("utf-8"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict"
        )
    except (ClientDisconnect, ValueError):
        return BAD_REQUEST
    values = fields.get("password", [])
    return values[0] if len(values) == 1 else BAD_REQUEST


def _later(reply: Reply, seconds: int) -> Reply:
    header = (b"retry-after", str(seconds).encode())
    return replace(reply, answer=reply.answer.having(header))
