"""The end of a connection whose client may still be sending: nothing it sent costs it the answer.

A socket that is closed with bytes unread is reset, and a reset takes away what the client has not
read yet. So our side ends, what still comes is thrown away, and the client ends, or the lane's
deadline does.
"""

import asyncio
from collections.abc import Callable
from typing import Any

MOST_BYTES = 1024 * 1024


class Lingering(asyncio.Protocol):
    """Takes the transport over from a protocol that has had its last word."""

    def __init__(self, transport: Any, lost: Callable[[Exception | None], None]) -> None:
        self._transport = transport
        self._lost = lost
        self._left = MOST_BYTES

    def data_received(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left < 0:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost(exc)


def linger(transport: Any, lost: Callable[[Exception | None], None]) -> None:
    transport.set_protocol(Lingering(transport, lost))
    transport.write_eof()
    transport.resume_reading()
