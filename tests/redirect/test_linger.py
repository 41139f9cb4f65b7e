"""Whoever is refused while still sending can read why: no reset takes the answer away."""

import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import anyio.to_thread
import pytest

from deploy.embedded.backends import HOST
from qz_redirect import beat, linger
from qz_redirect.settings import ServeSettings
from tests.fixtures.edge import code, get, put, serving, settings_for, slugs, statuses

POST = b"POST /locked HTTP/1.1\r\nHost: 127.0.0.1\r\n"
FORM = POST + b"Connection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n"
MORE = b"x" * 300_000


@pytest.fixture
async def edge(tmp_path: Path) -> AsyncIterator[ServeSettings]:
    locked = code("lnk_2", password="$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$AAAA")
    put(tmp_path, slugs(plain=code(), locked=locked))
    settings = settings_for(tmp_path, receive_seconds=0.6)
    async with serving(settings):
        yield settings


def said_after(port: int, *pieces: bytes, rest: float = 0.15) -> bytes:
    """What is read by a client that first sends all it has, answered or not."""
    with socket.create_connection((HOST, port), timeout=10) as client:
        for piece in pieces:
            client.sendall(piece)
            time.sleep(rest)
        said = b""
        while chunk := client.recv(65536):
            said += chunk
        return said


@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        ((b"GET /plain HTTP/1.1\r\nX: " + MORE, MORE, MORE), 431),
        ((b"GET /plain HTTP/1.1\r\n" + b"X: y\r\n" * 101 + b"\r\n" + MORE, MORE), 431),
        ((b"nonsense\r\n\r\n" + MORE, MORE), 400),
        ((b"nonsense\r\n\r\n" + get("/plain") * 3, get("/plain")), 400),
        ((POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + MORE, MORE), 400),
        ((FORM + b"Content-Length: 900000\r\n\r\n" + MORE, MORE, MORE), 413),
        ((b"GET /plain HTTP/1.1\r\n", b"X: y\r\n", b"X: y\r\n", b"X: y\r\n"), 408),
    ],
)
async def test_who_is_refused_while_sending_reads_why(
    edge: ServeSettings, pieces: tuple[bytes, ...], status: int
) -> None:
    rest = 0.4 if status == 408 else 0.15
    said = await anyio.to_thread.run_sync(lambda: said_after(edge.port, *pieces, rest=rest))
    assert statuses(said) == [status], said[:300]


async def test_who_sends_for_ever_is_cut_off(
    edge: ServeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linger, "MOST_BYTES", 100_000)
    pieces = (b"nonsense\r\n\r\n", *[MORE] * 20)
    with pytest.raises(ConnectionError):
        await anyio.to_thread.run_sync(lambda: said_after(edge.port, *pieces, rest=0.02))


async def test_who_is_refused_and_stays_is_let_go(
    edge: ServeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beat, "LINGER_SECONDS", 0.6)

    def stay() -> None:
        with socket.create_connection((HOST, edge.port), timeout=10) as client:
            client.sendall(b"nonsense\r\n\r\n")
            assert statuses(client.recv(65536)) == [400]
            assert client.recv(65536) == b""
            with pytest.raises(ConnectionError):
                send_for_ever(client)

    await anyio.to_thread.run_sync(stay)


def send_for_ever(client: socket.socket) -> None:
    while True:
        client.sendall(b"x")
        time.sleep(0.1)
