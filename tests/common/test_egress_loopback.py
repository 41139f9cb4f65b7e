"""A real HTTP server on loopback that says what it is told and remembers who came.

Its own tests prove that it notices a connection on which not one byte is sent: only then does
"it saw nobody" mean that a refused request cost the other side nothing.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cache

import httpx
import trustme

from qz_common.egress import Egress, EgressPolicy, Resolver, parse_networks
from tests.fixtures.wait import eventually

Script = Callable[[asyncio.StreamWriter], Awaitable[None]]
LOOPBACK = parse_networks("127.0.0.1/32, ::1/128")


@dataclass
class Witness:
    host: str
    port: int = 0
    connections: int = 0
    hung_up: int = 0
    requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    async def saw_nobody(self) -> bool:
        """Knocks once itself: connections are taken in order, so an earlier one would count."""
        before = self.connections
        _, writer = await asyncio.open_connection(self.host, self.port)
        await eventually(lambda: self.connections > before)
        writer.close()
        await writer.wait_closed()
        return before == 0 and self.connections == 1


@dataclass
class ScriptedResolver:
    """Answers in turn, the last one for ever; remembers what it was asked."""

    answers: Sequence[Sequence[str]]
    asked: list[str] = field(default_factory=list)

    async def resolve(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


@cache
def _trusted() -> ssl.SSLContext:
    """Read once: the list of certificate authorities takes longer than a test."""
    return httpx.create_ssl_context()


def egress_by(resolver: Resolver, tls: ssl.SSLContext | None = None) -> Egress:
    return Egress(resolver, tls or _trusted())


def egress_to(*answers: Sequence[str], tls: ssl.SSLContext | None = None) -> Egress:
    return egress_by(ScriptedResolver(answers), tls)


def trusting_loopback(policy: EgressPolicy, deadline_seconds: float = 10.0) -> EgressPolicy:
    return replace(policy, allow_networks=LOOPBACK, deadline_seconds=deadline_seconds)


def says(reply: bytes) -> Script:
    async def script(writer: asyncio.StreamWriter) -> None:
        writer.write(reply)
        await writer.drain()

    return script


def answer(body: bytes = b"", status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def endless(head: bytes, piece: bytes, pause: float = 0.0) -> Script:
    """`piece` again and again until the other side has enough."""

    async def script(writer: asyncio.StreamWriter) -> None:
        never = asyncio.Event()
        writer.write(head)
        while not writer.is_closing():
            writer.write(piece)
            await writer.drain()
            with suppress(TimeoutError):
                await asyncio.wait_for(never.wait(), pause)

    return script


def tls_pair(name: str) -> tuple[ssl.SSLContext, ssl.SSLContext, list[str]]:
    """A server's and a client's context that trust one another, and the SNI names that come."""
    authority, names = trustme.CA(), list[str]()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)

    def remember(_: ssl.SSLObject, sni: str | None, __: ssl.SSLContext) -> None:
        names.append(str(sni))

    server.sni_callback = remember
    return server, client, names


@asynccontextmanager
async def loopback(
    script: Script, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Witness]:
    witness = Witness(host)
    serving: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        witness.connections += 1
        try:
            witness.requests.append(await _read_request(reader))
            await script(writer)
        except (OSError, asyncio.IncompleteReadError):
            witness.hung_up += 1
        finally:
            writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    def start(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.create_task(accept(reader, writer)))

    server = await asyncio.start_server(start, host, 0, ssl=tls)
    witness.port = server.sockets[0].getsockname()[1]
    try:
        yield witness
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


async def _read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = int(lengths[0].split(b":")[1]) if lengths else 0
    return head + await reader.readexactly(length)


async def test_the_server_notices_a_connection_without_a_byte() -> None:
    async with loopback(says(answer())) as server:
        _, writer = await asyncio.open_connection(server.host, server.port)
        await eventually(lambda: server.connections == 1)
        assert not await server.saw_nobody()
        writer.close()


async def test_the_server_notices_what_the_gate_lets_through() -> None:
    async with loopback(says(answer(b"hi"))) as server:
        policy = trusting_loopback(EgressPolicy())
        assert (await egress_to().post(server.url, b"", {}, policy)).excerpt == "hi"
        assert not await server.saw_nobody()
    async with loopback(says(answer())) as server:
        assert await server.saw_nobody()
