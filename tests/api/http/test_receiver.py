"""Requests that drip, swell or try to smuggle hold nothing up (threats 47-49)."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import uvicorn

from deploy.embedded.backends import free_port
from qz_api.http.receiver import Receiver
from qz_api.http.scope import App
from qz_common.ops import QuietServer, running

SECONDS = 0.5
HEAD = b"GET /v1/me HTTP/1.1\r\nHost: api.test\r\n"


class Impatient(Receiver):
    """The deadline of a test is short."""

    head_seconds = SECONDS


@pytest.fixture
async def port(app: App) -> AsyncIterator[int]:
    number = free_port()
    config = uvicorn.Config(
        app, port=number, http=Impatient, ws="none", lifespan="off", log_config=None
    )
    async with running(QuietServer(config)):
        yield number


async def talk(port: int, *parts: bytes, pause: float = 0.0, within: float = 5.0) -> bytes:
    """Everything that comes back until the other side closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(within):
            answer = asyncio.ensure_future(reader.read())
            for part in parts:
                if answer.done():
                    break
                writer.write(part)
                await asyncio.wait([answer], timeout=pause)
            return await answer
    finally:
        writer.close()


async def test_a_head_that_drips_is_cut_off_at_an_absolute_deadline(port: int) -> None:
    started = time.monotonic()
    drops = [bytes([byte]) for byte in HEAD * 3]
    answer = await talk(port, *drops, pause=SECONDS / 5)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - started < SECONDS * 4


async def test_a_connection_that_says_nothing_is_closed(port: int) -> None:
    assert (await talk(port)).startswith(b"HTTP/1.1 408 ")


async def test_a_second_request_that_drips_is_cut_off_too(port: int) -> None:
    answer = await talk(port, HEAD + b"\r\n", HEAD, pause=SECONDS / 5)
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"HTTP/1.1 408 " in answer


@pytest.mark.parametrize("line", [b"X-Long: " + b"x" * 200_000, b"X: y\r\n" * 20_000])
async def test_a_head_that_swells_is_refused(port: int, line: bytes) -> None:
    answer = await talk(port, HEAD + line + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /v1/qr-codes HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        b"POST /v1/qr-codes HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n folded: x\r\n\r\n",
    ],
)
async def test_what_is_no_sound_http_is_400_and_the_end(port: int, request_bytes: bytes) -> None:
    answer = await talk(port, request_bytes)
    assert answer.startswith(b"HTTP/1.1 400 "), answer
    assert answer.count(b"HTTP/1.1 ") == 1


async def test_others_are_served_while_many_drip(port: int) -> None:
    async def drip() -> bytes:
        return await talk(port, *[b"G", b"E", b"T"], pause=SECONDS / 5)

    dripping = [asyncio.ensure_future(drip()) for _ in range(200)]
    answer = await talk(port, HEAD + b"Connection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert not any(each.done() for each in dripping)
    assert all(each.startswith(b"HTTP/1.1 408 ") for each in await asyncio.gather(*dripping))
