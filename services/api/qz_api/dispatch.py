"""A request on its way to a handler: who, how much, what, then the handler in its transaction."""

import asyncio
import hmac
import random
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any, TypeAlias
from urllib.parse import unquote

import asyncpg

from qz_api.callers.principal import Principal
from qz_api.db import Contended
from qz_api.deferred import Overtaken
from qz_api.deps import Deps
from qz_api.http.call import Call
from qz_api.http.etags import is_known
from qz_api.http.operation import Cost, Operation
from qz_api.http.parse import parse_json, parse_query, query_pairs, read_body, validate
from qz_api.http.respond import Answer, not_modified, send_answer
from qz_api.http.scope import Receive, Scope, Send, header
from qz_api.http.state import request_state
from qz_api.idempotency import service as idempotency
from qz_api.idempotency.service import Claim
from qz_api.limits.charge import check_charge
from qz_api.limits.headers import limit_headers
from qz_api.transaction import Transaction
from qz_common.errors import (
    Malformed,
    MethodNotAllowed,
    NotFound,
    Problem,
    Unauthenticated,
)
from qz_common.telemetry import API_KEY_TEXT

BODY_SECONDS = 10.0
AGAIN = (asyncpg.InvalidCachedStatementError, Contended, Overtaken)
"""Another try in a fresh transaction, begun at once, mends these or tells what is wrong."""
PAUSES = (0.0, 0.05, 0.2)
"""Seconds before each further try, or less: who met once should not meet again."""
Opened: TypeAlias = AbstractAsyncContextManager[Transaction]


class Endpoint:
    """All operations of one path, as an ASGI app."""

    def __init__(self, deps: Deps, operations: tuple[Operation, ...]) -> None:
        self._deps = deps
        self._operations = {operation.method: operation for operation in operations}
        if "GET" in self._operations:
            self._operations["HEAD"] = self._operations["GET"]
        self._allow = ", ".join(sorted({*self._operations, "OPTIONS"}))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        operation = self._operations.get(scope["method"])
        if operation is None:
            await self._without_operation(scope, send)
            return
        request_state(scope).route = operation.path
        answer = await dispatch(self._deps, operation, scope, receive)
        if not operation.live:
            answer = _unless_known(scope, answer)
        await send_answer(scope, send, answer)

    async def _without_operation(self, scope: Scope, send: Send) -> None:
        if all(operation.guard == "internal" for operation in self._operations.values()):
            raise _no_route()
        if scope["method"] != "OPTIONS":
            raise MethodNotAllowed(
                f"{scope['path']} takes {self._allow}", headers={"Allow": self._allow}
            )
        await send_answer(scope, send, Answer(204, headers={"Allow": self._allow}))


async def dispatch(deps: Deps, operation: Operation, scope: Scope, receive: Receive) -> Answer:
    call = Call(
        operation=operation,
        deps=deps,
        scope=scope,
        now=deps.clock.now(),
        request_id=request_state(scope).request_id,
        path=_path(scope),
    )
    document = await _costly(call, operation.cost, receive) if operation.cost else None
    if not operation.cost:
        await _admit(call, 1)
    if operation.query:
        call.maybe_query = parse_query(operation.query, scope)
    elif scope["query_string"]:
        _refuse_query(scope)
    if operation.body:
        document = document if operation.cost else await _document(operation, scope, receive)
        call.maybe_body = validate(operation.body, document)
    if operation.prepare:
        await operation.prepare(call)
    return await _run(call, document)


async def _costly(call: Call, cost: Cost, receive: Receive) -> Any:
    """A body that says what the call costs: read for those only who would be let in."""
    await _admit(call, 0)
    try:
        document = await _document(call.operation, call.scope, receive)
    except Problem:
        await _admit(call, 1)
        raise
    await _admit(call, cost(document))
    return document


async def _admit(call: Call, cost: int) -> None:
    guard = call.operation.guard
    if guard == "internal":
        _check_internal(call)
    elif guard == "principal":
        call.maybe_principal = await authenticate(call.deps, call.scope, cost)
        if call.operation.scope:
            call.principal.require(call.operation.scope)
    elif guard == "user":
        call.maybe_session = await call.deps.accounts.gate.session(call.scope)
        request_state(call.scope).user_id = call.session.user_id


async def authenticate(deps: Deps, scope: Scope, cost: int = 1) -> Principal:
    """The principal of this request, charged; its limits go out with whatever is answered.

    A cost of 0 asks whether one more call would be let in, and charges nothing.
    """
    if API_KEY_TEXT.search(unquote(scope["query_string"].decode("latin-1"))):
        raise Malformed("a key in the query ends in logs: send it as Authorization", "key_in_query")
    for authenticator in deps.authenticators:
        principal = await authenticator(scope, cost)
        if principal is not None:
            state = request_state(scope)
            state.headers.update(limit_headers(principal.plan, principal.meters))
            state.principal = principal
            _check_charge(deps, principal)
            state.units += cost
            return replace(principal, request_id=state.request_id)
    raise Unauthenticated(
        "send Authorization: Bearer followed by an API key",
        headers={"WWW-Authenticate": "Bearer"},
    )


def _check_charge(deps: Deps, principal: Principal) -> None:
    if principal.meters.verdict == "unmetered":
        deps.metrics.unmetered.inc()
    check_charge(principal.meters)


async def _document(operation: Operation, scope: Scope, receive: Receive) -> Any:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await read_body(scope, receive, operation.body_limit)
    except TimeoutError:
        raise Malformed("the body came too slowly", "body_timeout") from None
    if not body and not operation.body_required:
        return {}
    return parse_json(scope, body)


async def _run(call: Call, document: Any) -> Answer:
    if call.operation.uses == "nothing":
        return await call.operation.handler(call)
    if call.operation.takes_key and call.maybe_principal:
        return await idempotency.once(call, document, _tried)
    return await _tried(call, None)


async def _tried(call: Call, claim: Claim | None) -> Answer:
    opened = _command_of
    for pause in PAUSES:
        try:
            return await _in(opened(call, claim), call, claim)
        except AGAIN:
            await asyncio.sleep(random.uniform(0, pause))
            opened = _transaction_of
    return await _in(opened(call, claim), call, claim)


async def _in(transaction: Opened, call: Call, claim: Claim | None) -> Answer:
    async with transaction as conn:
        call.maybe_conn = conn
        answer = await call.operation.handler(call)
        if claim is not None:
            await claim.answered(conn, answer)
        return answer


def _command_of(call: Call, claim: Claim | None) -> Opened:
    """In a workspace nothing is begun before it must be."""
    if call.maybe_principal and call.operation.writes:
        return call.deps.db.command(call.principal.workspace, claim.gate if claim else None)
    return _transaction_of(call, claim)


def _transaction_of(call: Call, claim: Claim | None) -> Opened:
    db = call.deps.db
    if call.maybe_principal:
        return db.transaction(call.principal.workspace, claim.gate if claim else None)
    return db.account(call.session.user) if call.maybe_session else db.system()


def _check_internal(call: Call) -> None:
    """Customers can't tell these routes from absent ones."""
    expected = f"Bearer {call.deps.settings.internal_token}".encode()
    given = (header(call.scope, b"authorization") or "").encode()
    if not hmac.compare_digest(given, expected):
        raise _no_route()


def _no_route() -> NotFound:
    return NotFound("there is no such route")


def _refuse_query(scope: Scope) -> None:
    names = ", ".join(sorted({name for name, _ in query_pairs(scope)}))
    raise Malformed(f"this takes no parameters: {names}", "unknown_parameter")


def _path(scope: Scope) -> Mapping[str, str]:
    found: Mapping[str, str] = scope.get("path_params", {})
    return found


def _unless_known(scope: Scope, answer: Answer) -> Answer:
    tag = answer.headers.get("ETag")
    if answer.status != 200 or tag is None or scope["method"] not in ("GET", "HEAD"):
        return answer
    return not_modified(answer.headers) if is_known(scope, tag) else answer
