"""What every connection needs to know and no request should work out: the date, deadlines.

Beaten twice a second by one task, which also ends the connections whose deadline has passed. So a
request costs no timer, and a client that sends a byte now and then gains nothing.
"""

import asyncio
import time
from collections.abc import Iterable
from email.utils import formatdate
from typing import Protocol

BEAT_SECONDS = 0.5
RECEIVE_SECONDS = 10.0


class Timed(Protocol):
    deadline: float

    def expire(self) -> None: ...


class Beat:
    def __init__(
        self, keep_alive_seconds: float, receive_seconds: float = RECEIVE_SECONDS, status: int = 302
    ) -> None:
        self.draining = False
        self._keep_alive = keep_alive_seconds
        self._receive = receive_seconds
        self._status_line = b"HTTP/1.1 302 Found" if status == 302 else (
            b"HTTP/1.1 307 Temporary Redirect"
        )  # fmt: skip
        self.tick()

    def tick(self) -> None:
        now = time.monotonic()
        self.receive_by = now + self._receive
        self.idle_until = now + self._keep_alive
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

    async def run(self, connections: Iterable[Timed]) -> None:
        while True:
            self.tick()
            self.end_expired(connections)
            await asyncio.sleep(BEAT_SECONDS)
