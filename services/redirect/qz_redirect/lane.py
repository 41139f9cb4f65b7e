"""The lane: a hit answered inside uvicorn's own protocol class, when its headers are complete.

No task and no ASGI scope for a plain redirect. Everything else (a page, a body, another method, a
request behind one that is still being answered) goes on to the application as uvicorn would have
it, so answers keep their order. The class also holds what uvicorn has not: absolute deadlines,
limits of headers, and reading no further than answers leave, so that a client that asks much and
takes nothing costs little memory. What it relies on in uvicorn is held by
tests/redirect/test_lane.py.
"""

import asyncio
import re
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from qz_redirect.beat import Beat
from qz_redirect.client import Proxies, plain_address
from qz_redirect.hit import Hits
from qz_redirect.linger import linger
from qz_redirect.replies import REDIRECT_FIELDS, Replies

MAX_HEADER_BYTES = 16 * 1024
MAX_HEADERS = 100
PIECE_BYTES = 4 * 1024
"""Of what has come in at once, this much is taken up before answers must have left."""
NEVER = float("inf")
_LANE_METHODS = frozenset({b"GET", b"HEAD"})
_NOT_FOR_THE_LANE = frozenset({b"content-length", b"transfer-encoding", b"upgrade", b"expect"})
_CLOSE = b"connection: close\r\n\r\n"
_GOES_ON = b"\r\n" + REDIRECT_FIELDS + b"\r\n"
_ENDS = b"\r\n" + REDIRECT_FIELDS + _CLOSE
_REFUSALS = {
    400: b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n" + _CLOSE,
    408: b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n" + _CLOSE,
    431: b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\n" + _CLOSE,
}


def _is_sound(url: bytes, headers: list[tuple[bytes, bytes]]) -> bool:
    """What the parser lets pass and we don't: other targets than an origin's, a target and a Host
    that name two, codings that no length can be told from."""
    codings = [value.strip().lower() for name, value in headers if name == b"transfer-encoding"]
    if codings not in ([], [b"chunked"]) or b"#" in url:
        return False
    return url.startswith(b"/") or _authority(url) == dict(headers).get(b"host", b"").lower()


def _authority(url: bytes) -> bytes | None:
    """Of a target that is a whole URL, as a proxy sends it."""
    scheme, mark, rest = url.lower().partition(b"://")
    return re.split(rb"[/?]", rest)[0] if mark and scheme in (b"http", b"https") else None


class Outlet:
    """The transport as an answer sees it that may come too late: then it is dropped in silence."""

    __slots__ = ("_end", "_transport")

    def __init__(self, transport: Any, end: Callable[[], None]) -> None:
        self._transport = transport
        self._end = end

    def write(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)

    def close(self) -> None:
        self._end()

    def is_closing(self) -> bool:
        return bool(self._transport.is_closing())


class Lane(HttpToolsProtocol):
    def __init__(
        self,
        hits: Hits,
        proxies: Proxies,
        beat: Beat,
        replies: Replies,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: Any = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._hits = hits
        self._proxies = proxies
        self._beat = beat
        self._replies = replies
        self._peer = ""
        self._address: str | None = None
        self.resting = True
        self._in_headers = False
        self._ending = False
        self._unread = b""
        self._continued = 0
        self.deadline = NEVER
        """Of this connection, on the clock of the beat: past it, it is closed."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._peer = self.client[0] if self.client else ""
        if not self._proxies.trusts(self._peer):
            self._address = plain_address(self._peer)
        self.deadline = self._beat.receive_by

    def data_received(self, data: bytes) -> None:
        if self.timeout_keep_alive_task is not None:
            self._unset_keepalive_if_required()
        if len(data) <= PIECE_BYTES and not self._unread:
            self._parse(data)
        else:
            self._unread += data
            self._read_on()

    def pause_writing(self) -> None:
        super().pause_writing()
        self.flow.pause_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._read_on()

    def on_message_begin(self) -> None:
        self.url = b""
        self.headers = []
        self._in_headers = True
        self.resting = False
        self._continued = 0
        self.deadline = self._beat.receive_by

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self._in_headers = False
        if self._ending or self.transport.is_closing():
            return
        if len(self.headers) > MAX_HEADERS or (self._continued and self._too_long()):
            self._refuse(431)
            return
        cycle = self.cycle
        if (cycle is None or cycle.response_complete) and not self.flow.write_paused:
            fields = dict(self.headers)
            if len(fields) == len(self.headers) and self._answer(fields):
                return
        self._hand_over()

    def on_message_complete(self) -> None:
        if self.resting or self.cycle is None:
            return
        super().on_message_complete()
        self.deadline = self._beat.idle_until

    def on_body(self, body: bytes) -> None:
        if self.cycle is not None:
            super().on_body(body)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not (self._in_headers or self._ending):
            self._rest()
            self.resting = self.cycle.response_complete
        self._read_on()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._unread = b""
        self.deadline = NEVER

    def shutdown(self) -> None:
        """Of what is half asked the rest is waited for, as long as the whole edge waits."""
        if not self._in_headers:
            super().shutdown()

    def expire(self) -> None:
        """The deadline has passed: a half-sent request is told, an idle connection just ends, and
        one that should have ended, but doesn't take what it was sent, is cut off."""
        if self.transport.is_closing():
            self.transport.abort()
        elif self.resting or self._ending:
            self.transport.close()
        else:
            self._refuse(408)

    def _read_on(self) -> None:
        """Takes up the next piece of what has come in, when answers leave; others come between."""
        if self._unread and self._has_room():
            piece, self._unread = self._unread[:PIECE_BYTES], self._unread[PIECE_BYTES:]
            self._parse(piece)
            self._replies.flush()
            if self._unread:
                self.loop.call_soon(self._read_on)
        if self._unread or not self._has_room():
            self.flow.pause_reading()
        else:
            self.flow.resume_reading()

    def _has_room(self) -> bool:
        """Nobody waits behind an answer, what was answered is taken, and so are bodies."""
        if self.pipeline or self.flow.write_paused or self.transport.is_closing():
            return False
        return self.cycle is None or len(self.cycle.body) <= HIGH_WATER_LIMIT

    def _parse(self, data: bytes) -> None:
        if self._in_headers:
            self._continued += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            return
        except httptools.HttpParserError:
            self._refuse(400)
            return
        if self._in_headers and self._continued > MAX_HEADER_BYTES:
            self._refuse(431)

    def _answer(self, fields: dict[bytes, bytes]) -> bool:
        """Whether this was a plain redirect, and is answered."""
        method = self.parser.get_method()
        if method not in _LANE_METHODS or not _NOT_FOR_THE_LANE.isdisjoint(fields):
            return False
        if self.parser.get_http_version() != "1.1":
            return False
        path, _, query = self.url.partition(b"?")
        address = self._address
        if address is None:
            forwarded = fields.get(self._proxies.header, b"")
            address = self._proxies.client_behind(self._peer, forwarded)
        location = self._hits.follow(path, query, method, fields, address)
        if location is None:
            return False
        beat = self._beat
        if beat.draining or (b"connection" in fields and not self.parser.should_keep_alive()):
            self._ending = True
            self._replies.add(self.transport, beat.redirect_head + location + _ENDS, close=True)
        else:
            self._replies.add(self.transport, beat.redirect_head + location + _GOES_ON, close=False)
        self._rest()
        return True

    def _rest(self) -> None:
        self.resting = True
        self.deadline = self._beat.idle_until

    def _hand_over(self) -> None:
        """On to the application, as uvicorn itself would have begun."""
        url, headers = self.url, self.headers
        super().on_message_begin()
        self.url = url
        self.headers.extend(headers)
        self.expect_100_continue = dict(headers).get(b"expect", b"").lower() == b"100-continue"
        if not _is_sound(url, headers):
            self._refuse(400)
            return
        super().on_headers_complete()
        outlet = Outlet(self.transport, partial(self._end_after, self.cycle))
        self.cycle.transport = cast(asyncio.Transport, outlet)
        if self._beat.draining or self.parser.should_upgrade():
            self.cycle.keep_alive = False

    def _too_long(self) -> bool:
        size = sum(len(name) + len(value) + 4 for name, value in self.headers)
        return len(self.url) + size > MAX_HEADER_BYTES

    def _refuse(self, status: int) -> None:
        self._replies.flush()
        if self._ending or self.transport.is_closing():
            return
        if self._is_its_turn():
            self.transport.write(_REFUSALS[status])
            self._linger()
        elif self.cycle.more_body:
            self.transport.close()
        else:
            self._end_with_the_last_answer()

    def _end_with_the_last_answer(self) -> None:
        """What came behind whole requests is no reason to leave those without an answer."""
        self._ending = True
        self._unread = b""
        self.deadline = self._beat.linger_until
        self.cycle.keep_alive = False

    def _end_after(self, cycle: Any) -> None:
        """What asked for the connection's last answer may not have come in whole."""
        if cycle.more_body:
            self._linger()
        else:
            self.transport.close()

    def _linger(self) -> None:
        self._ending = True
        self._unread = b""
        self.deadline = self._beat.linger_until
        linger(self.transport, self.connection_lost)

    def _is_its_turn(self) -> bool:
        """Whether a refusal may be written now: nothing is being answered, or only what is itself
        refused, and not a byte of its answer has left."""
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            return True
        if self.pipeline or cycle.response_started or not cycle.more_body:
            return False
        cycle.disconnected = True
        return True
