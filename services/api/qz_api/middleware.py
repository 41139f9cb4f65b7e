"""Around every request: its id, its headers, its one log line; problems, never tracebacks."""

import re
import time
from uuid import uuid4

import structlog
from starlette.exceptions import HTTPException

from qz_api.calls.log import CallLog
from qz_api.http.hosts import Hosts
from qz_api.http.respond import problem_answer, send_answer
from qz_api.http.scope import App, Message, Receive, Scope, Send
from qz_api.http.state import KEY, RequestState
from qz_api.metrics import ApiMetrics
from qz_common.errors import Malformed, Problem

REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")
SAFE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
INTERNAL = Problem("something went wrong on our side; the request id finds it in our logs")
log = structlog.get_logger()


class RequestMiddleware:
    def __init__(
        self,
        app: App,
        metrics: ApiMetrics,
        *,
        hosts: Hosts,
        secure: bool,
        calls: CallLog | None = None,
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._metrics = metrics
        self._calls = calls
        self._defaults = dict(SAFE_HEADERS)
        if secure:
            self._defaults["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        started = time.perf_counter()
        state = scope[KEY] = RequestState(_request_id(scope))
        incoming = _Incoming(receive, scope)
        outgoing = _Outgoing(send, state, self._defaults, incoming)
        try:
            self._hosts.check(scope)
            await self._app(scope, incoming, outgoing)
        except Exception as error:  # the last resort: whatever it is becomes a problem
            await self._answer_problem(scope, outgoing, error, state)
        finally:
            self._tell(scope, outgoing.status, state, time.perf_counter() - started)

    async def _answer_problem(
        self, scope: Scope, outgoing: "_Outgoing", error: Exception, state: RequestState
    ) -> None:
        problem = as_problem(error)
        state.code = problem.code
        if problem is INTERNAL:
            log.error("unexpected", request_id=state.request_id, exc_info=error)
        if outgoing.status:
            raise error
        await send_answer(scope, outgoing, problem_answer(problem, scope["path"], state.request_id))

    def _tell(self, scope: Scope, status: int, state: RequestState, seconds: float) -> None:
        method, ms = scope["method"], round(seconds * 1000, 2)
        self._metrics.requests.labels(method, state.route, str(status)).observe(seconds)
        log.info(
            "request",
            request_id=state.request_id,
            method=method,
            route=state.route,
            status=status,
            ms=ms,
            **state.log_fields(),
        )
        if self._calls is not None:
            self._calls.note(state, method=method, status=status, ms=ms)


class _Incoming:
    """Remembers whether there is a body on its way that nobody has asked for."""

    def __init__(self, receive: Receive, scope: Scope) -> None:
        self._receive = receive
        self.is_unread = any(
            name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
            for name, value in scope["headers"]
        )

    async def __call__(self) -> Message:
        message = await self._receive()
        self.is_unread = self.is_unread and bool(message.get("more_body"))
        return message


class _Outgoing:
    """Adds what every answer has, and remembers the status."""

    def __init__(
        self, send: Send, state: RequestState, defaults: dict[str, str], incoming: _Incoming
    ) -> None:
        self._send = send
        self._state = state
        self._defaults = defaults
        self._incoming = incoming
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), *self._missing(message)]
        await self._send(message)

    def _missing(self, message: Message) -> list[tuple[bytes, bytes]]:
        present = {name for name, _ in message.get("headers", ())}
        wanted = {**self._defaults, "X-Request-Id": self._state.request_id, **self._state.headers}
        if self._incoming.is_unread:
            wanted["Connection"] = "close"  # or the rest of the body would be taken in after all
        lines = ((name.lower().encode(), value.encode("latin-1")) for name, value in wanted.items())
        return [(name, value) for name, value in lines if name not in present]


def as_problem(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, HTTPException):
        return _of_status(error)
    return INTERNAL


def _of_status(error: HTTPException) -> Problem:
    kinds = {kind.status: kind for kind in Problem.__subclasses__()}
    return kinds.get(error.status_code, Malformed)(error.detail, headers=error.headers)


def _request_id(scope: Scope) -> str:
    given = [value for name, value in scope["headers"] if name == b"x-request-id"]
    text = given[0].decode("latin-1") if given else ""
    return text if REQUEST_ID.fullmatch(text) else f"req_{uuid4().hex}"
