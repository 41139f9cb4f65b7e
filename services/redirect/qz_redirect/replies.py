"""Answers of one turn of the loop, sent together once their scans are in the journal.

Many connections are readable in one turn under load: their events are one write, and only then do
the answers leave. A lone request waits for nothing but the end of the turn it came in.
"""

import asyncio
from typing import Any

from qz_redirect.journal.journal import Journal

REDIRECT_FIELDS = (
    b"content-length: 0\r\ncache-control: no-store\r\nreferrer-policy: no-referrer"
    b"\r\nx-content-type-options: nosniff\r\nx-robots-tag: noindex, nofollow\r\n"
)
"""Behind the location of every redirect."""


class Replies:
    def __init__(self, journal: Journal, loop: asyncio.AbstractEventLoop) -> None:
        self._journal = journal
        self._loop = loop
        self._waiting: list[tuple[Any, bytes, bool]] = []

    def add(self, transport: Any, answer: bytes, *, close: bool) -> None:
        if not self._waiting:
            self._loop.call_soon(self.flush)
        self._waiting.append((transport, answer, close))

    def flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._journal.commit()
        for transport, answer, close in waiting:
            if not transport.is_closing():
                transport.write(answer)
                if close:
                    transport.close()
