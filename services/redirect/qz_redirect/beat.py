"""What every connection needs to know and no request should work out: the date, deadlines.

Beaten twice a second by one task, which also ends the connections whose deadline has passed. So a
request costs no timer, and a client that sends a byte now and then gains nothing. When most of the
room for connections is taken, those that rest end sooner, so that nobody keeps others out by
holding many.
"""

import asyncio
import sys
import time
from collections.abc import Collection, Iterable
from email.utils import formatdate
from typing import Protocol

BEAT_SECONDS = 0.5
RECEIVE_SECONDS = 10.0
LINGER_SECONDS = 5.0


class Timed(Protocol):
    deadline: float
    resting: bool

    def expire(self) -> None: ...


class Beat:
    def __init__(
        self,
        keep_alive_seconds: float,
        receive_seconds: float = RECEIVE_SECONDS,
        status: int = 302,
        room: int = sys.maxsize,
    ) -> None:
        self.draining = False
        self._keep_alive = keep_alive_seconds
        self._receive = receive_seconds
        self._room = room
        self._status_line = b"HTTP/1.1 302 Found" if status == 302 else (
            b"HTTP/1.1 307 Temporary Redirect"
        )  # fmt: skip
        self.tick()

    def tick(self) -> None:
        now = time.monotonic()
        self.receive_by = now + self._receive
        self.idle_until = now + self._keep_alive
        self.linger_until = now + LINGER_SECONDS
        date = formatdate(time.time(), usegmt=True).encode()
        self.redirect_head = b"%b\r\ndate: %b\r\nlocation: " % (self._status_line, date)

    def drain(self) -> None:
        """From now on every answer ends its connection."""
        self.draining = True

    def end_expired(self, connections: Iterable[Timed]) -> int:
        now = time.monotonic()
        expired = [connection for connection in connections if connection.deadline < now]
        for connection in expired:
            connection.expire()
        return len(expired)

    def make_room(self, connections: Collection[Timed]) -> int:
        """Ends as many as there are too many, of those that rest; the nearest deadline first."""
        excess = len(connections) - self._room
        if excess <= 0:
            return 0
        resting = [connection for connection in connections if connection.resting]
        ended = sorted(resting, key=lambda connection: connection.deadline)[:excess]
        for connection in ended:
            connection.expire()
        return len(ended)

    async def run(self, connections: Collection[Timed]) -> None:
        while True:
            self.tick()
            self.end_expired(connections)
            self.make_room(connections)
            await asyncio.sleep(BEAT_SECONDS)
