"""A DNS server on a port of its own, over UDP and TCP, that answers well or badly as it is told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset

Answer = Callable[["NameServer", dns.message.Message], list[bytes]]
"""The datagrams that one question gets, in this order."""


@dataclass
class NameServer:
    texts: dict[str, list[str]] = field(default_factory=dict)
    """By name without the final dot; each record as it stands in a zone file."""
    answer: Answer = field(default=lambda server, query: [server.truth(query).to_wire()])
    port: int = 0
    asked: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def truth(self, query: dns.message.Message) -> dns.message.Message:
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        name = query.question[0].name.to_text(omit_final_dot=True)
        records = self.texts.get(name)
        if records is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif records:
            reply.answer = [dns.rrset.from_text(f"{name}.", 60, "IN", "TXT", *records)]
        return reply


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: NameServer) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        self._server.asked.append("udp")
        for reply in self._server.answer(self._server, query):
            self._transport.sendto(reply, address)


@asynccontextmanager
async def running() -> AsyncIterator[NameServer]:
    server = NameServer()

    async def stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = int.from_bytes(await reader.readexactly(2), "big")
        query = dns.message.from_wire(await reader.readexactly(length))
        server.asked.append("tcp")
        reply = server.truth(query).to_wire(max_size=65_535)
        writer.write(len(reply).to_bytes(2, "big") + reply)
        await writer.drain()
        writer.close()

    tcp = await asyncio.start_server(stream, "127.0.0.1", 0)
    server.port = tcp.sockets[0].getsockname()[1]
    loop = asyncio.get_running_loop()
    udp, _ = await loop.create_datagram_endpoint(
        lambda: _Datagrams(server), local_addr=("127.0.0.1", server.port)
    )
    try:
        yield server
    finally:
        udp.close()
        tcp.close()
        await tcp.wait_closed()
