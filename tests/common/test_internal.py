"""What services say to each other stays between them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from qz_common.internal import internal_client

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def listening(heard: list[bytes]) -> AsyncIterator[str]:
    """A server that says yes to everything."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_the_token_goes_past_a_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    service: list[bytes] = []
    proxy: list[bytes] = []
    async with listening(service) as url, listening(proxy) as proxy_url:
        for name in ("ALL_PROXY", "HTTP_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy_url)
        async with internal_client(url, "secret", 5.0) as client:
            assert (await client.get("/internal/marks")).status_code == 204
    assert not proxy
    (asked,) = service
    assert asked.startswith(b"GET /internal/marks HTTP/1.1\r\n")
    assert b"\r\nauthorization: Bearer secret\r\n" in asked


def test_no_service_has_another_way_to_ask() -> None:
    places = [
        path.relative_to(ROOT)
        for folder in ("services", "libs")
        for path in (ROOT / folder).rglob("*.py")
        if "httpx.AsyncClient(" in path.read_text()
    ]
    assert places == [Path("libs/common/qz_common/internal.py")]
