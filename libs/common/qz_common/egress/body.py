"""A reply's body, read in pieces and never beyond its limit, decoded or not."""

import re
import zlib
from collections.abc import AsyncIterator
from typing import Protocol

from qz_common.egress.errors import EgressCode, EgressFailed
from qz_common.egress.policy import EgressPolicy

MAX_EXCERPT = 1024
UNPRINTABLE = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]")
GZIP_OR_ZLIB = 47  # zlib's window bits for "look at the header and see"


class Decoder(Protocol):
    def feed(self, chunk: bytes, room: int) -> bytes:
        """At most `room` bytes, however many the chunk stands for."""
        ...

    def finish(self) -> None: ...


class Plain:
    def feed(self, chunk: bytes, room: int) -> bytes:
        return chunk[:room]

    def finish(self) -> None:
        """Whether a plain body is whole is known to HTTP, which raises by itself."""


class Inflating:
    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(GZIP_OR_ZLIB)

    def feed(self, chunk: bytes, room: int) -> bytes:
        try:
            return self._inflate.decompress(chunk, room)
        except zlib.error as error:
            raise _undecodable() from error

    def finish(self) -> None:
        if not self._inflate.eof:
            raise _undecodable()


async def read_body(chunks: AsyncIterator[bytes], encoding: str, policy: EgressPolicy) -> bytes:
    """`max_body` holds for what comes over the wire and for what it decodes to."""
    decoder = _decoder(encoding) if policy.decode else Plain()
    body, received = bytearray(), 0
    async for chunk in chunks:
        received += len(chunk)
        body += decoder.feed(chunk, policy.max_body + 1 - len(body))
        if max(len(body), received) > policy.max_body:
            return _cut(body, policy)
    decoder.finish()
    return bytes(body)


def _cut(body: bytearray, policy: EgressPolicy) -> bytes:
    if not policy.cut_body:
        raise EgressFailed(EgressCode.TOO_LARGE, f"the reply is over {policy.max_body} bytes")
    return bytes(body[: policy.max_body])


def _decoder(encoding: str) -> Decoder:
    if encoding in ("", "identity"):
        return Plain()
    if encoding in ("gzip", "x-gzip", "deflate"):
        return Inflating()
    raise _undecodable()


def _undecodable() -> EgressFailed:
    return EgressFailed(EgressCode.BAD_RESPONSE, "the reply's content encoding can't be read")


def excerpt(body: bytes) -> str:
    """The beginning as text that any column, log or page can hold: at most 1 kB as UTF-8."""
    text = UNPRINTABLE.sub("", body[:MAX_EXCERPT].decode("utf-8", "replace"))
    return text.encode()[:MAX_EXCERPT].decode("utf-8", "ignore")
