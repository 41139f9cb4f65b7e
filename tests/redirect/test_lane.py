"""The lane over real sockets: answers in order, nothing smuggled, nobody holds a connection.

What is relied on in uvicorn's protocol class is held here; an upgrade that changes it fails here.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from deploy.embedded.backends import HOST
from qz_common.rules import Arm, Rule
from qz_redirect.settings import ServeSettings
from tests.fixtures.edge import (
    code,
    edge_process,
    exchange,
    get,
    journaled,
    killed_at_end,
    locations,
    put,
    serving,
    settings_for,
    slugs,
    statuses,
)
from tests.fixtures.processes import open_files, resident_kib
from tests.fixtures.wait import eventually

ROUTES = slugs(
    **{"2027": code("lnk_7")},
    plain=code(),
    other=code("lnk_2", location="https://example.com/other"),
    paused=code("lnk_3", status="paused"),
    locked=code("lnk_4", password="$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$AAAA"),
    passing=code("lnk_5", pass_query=True, utm={"utm_source": "qr"}),
    split=code(
        "lnk_6",
        rules=[
            Rule(
                id="rul_1",
                split=(
                    Arm("a", 1, "https://a.example/"),
                    Arm("b", 1, "https://b.example/"),
                ),
            )
        ],
    ),
)


async def send_for_ever(writer: asyncio.StreamWriter) -> None:
    for number in range(8_000):
        writer.write(b"X-%d: %b\r\n" % (number, b"y" * 1000))
        await writer.drain()


@pytest.fixture
async def edge(tmp_path: Path) -> AsyncIterator[ServeSettings]:
    put(tmp_path, ROUTES)
    async with serving(settings_for(tmp_path)) as settings:
        yield settings


@pytest.mark.parametrize(
    ("path", "location", "source"),
    [
        ("/plain", "https://example.com/landing", "link"),
        ("/PLAIN", "https://example.com/landing", "symbol"),
        ("/r/plain", "https://example.com/landing", "link"),
        ("/r/PLAIN", "https://example.com/landing", "symbol"),
        ("/R/PLAIN", "https://example.com/landing", "symbol"),
        ("/Plain", "https://example.com/landing", "link"),
        ("/R/plain", "https://example.com/landing", "link"),
        ("/2027", "https://example.com/landing", "link"),
        ("/r/2027", "https://example.com/landing", "link"),
        ("/R/2027", "https://example.com/landing", "symbol"),
        ("/plain?x=1", "https://example.com/landing", "link"),
        ("/passing?x=1", "https://example.com/landing?utm_source=qr&x=1", "link"),
        ("/passing?utm_source=evil&qz_k=a", "https://example.com/landing?utm_source=qr", "link"),
    ],
)
async def test_a_hit_is_redirected_and_journaled(
    edge: ServeSettings, path: str, location: str, source: str
) -> None:
    answer = await exchange(edge.port, get(path))
    assert statuses(answer) == [302]
    assert locations(answer) == [location]
    (event,) = journaled(edge.data.folder)
    assert (event.destination, event.source, event.status) == (location, source, 302)


async def test_the_answer_may_be_kept_by_nobody_and_says_nothing_of_us(
    edge: ServeSettings,
) -> None:
    head = (await exchange(edge.port, get("/plain"))).lower()
    assert b"\r\ncache-control: no-store\r\n" in head
    assert b"\r\nreferrer-policy: no-referrer\r\n" in head
    assert b"\r\ndate: " in head
    assert b"\r\nserver:" not in head
    assert head.endswith(b"\r\n\r\n")


async def test_a_head_request_is_a_scan_too(edge: ServeSettings) -> None:
    answer = await exchange(edge.port, get("/plain", method="HEAD"))
    assert statuses(answer) == [302]
    assert journaled(edge.data.folder)[0].method == "HEAD"


async def test_rules_are_answered_by_the_lane_with_their_variant(edge: ServeSettings) -> None:
    answer = await exchange(edge.port, get("/split"))
    (event,) = journaled(edge.data.folder)
    assert locations(answer) == [event.destination]
    assert event.rule == "rul_1"
    assert event.destination == f"https://{event.variant}.example/"


async def test_pipelined_requests_are_answered_in_order(edge: ServeSettings) -> None:
    """The second waits behind a page, which the application answers; the third behind both."""
    sent = get("/plain") + get("/paused") + get("/other") + get("/nosuch") + get("/plain")
    answer = await exchange(edge.port, sent, answers=5)
    assert statuses(answer) == [302, 404, 302, 404, 302]
    assert locations(answer) == [
        "https://example.com/landing",
        "https://example.com/other",
        "https://example.com/landing",
    ]
    links = [event.link for event in journaled(edge.data.folder)]
    assert links == ["lnk_1", "lnk_3", "lnk_2", "lnk_1"]


async def test_a_long_pipeline_is_answered_whole(edge: ServeSettings) -> None:
    answer = await exchange(edge.port, get("/plain") * 2000, answers=2000)
    assert statuses(answer) == [302] * 2000
    assert [event.seq for event in journaled(edge.data.folder)] == list(range(1, 2001))


async def test_a_request_in_single_bytes_is_answered(edge: ServeSettings) -> None:
    reader, writer = await asyncio.open_connection(HOST, edge.port)
    for byte in get("/plain", "X-A: b"):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0)
    assert (await reader.readline()).startswith(b"HTTP/1.1 302")
    writer.close()


async def test_keep_alive_serves_many_and_close_ends(edge: ServeSettings) -> None:
    reader, writer = await asyncio.open_connection(HOST, edge.port)
    for _ in range(3):
        writer.write(get("/plain"))
        assert b"302" in await reader.readuntil(b"\r\n\r\n")
    writer.write(get("/plain", "Connection: close"))
    assert b"connection: close" in (await reader.read()).lower()
    writer.close()


async def test_http_1_0_is_answered_and_closed(edge: ServeSettings) -> None:
    sent = f"GET /plain HTTP/1.0\r\nHost: {HOST}\r\n\r\n".encode()
    reader, writer = await asyncio.open_connection(HOST, edge.port)
    writer.write(sent)
    assert statuses(await asyncio.wait_for(reader.read(), 5)) == [302]
    writer.close()


async def test_a_get_with_a_body_is_one_request(edge: ServeSettings) -> None:
    """What stands in a body is no second request."""
    body = get("/other")
    answer = await exchange(edge.port, get("/plain", f"Content-Length: {len(body)}") + body)
    assert statuses(answer) == [302]
    assert [event.link for event in journaled(edge.data.folder)] == ["lnk_1"]


async def test_a_client_that_closes_early_costs_nothing(edge: ServeSettings) -> None:
    for sent in (b"", b"GET", get("/plain")[:-2], get("/paused"), get("/plain")):
        _, writer = await asyncio.open_connection(HOST, edge.port)
        writer.write(sent)
        writer.transport.abort()
    assert statuses(await exchange(edge.port, get("/plain"))) == [302]


async def test_headers_that_never_end_are_cut_off(edge: ServeSettings) -> None:
    reader, writer = await asyncio.open_connection(HOST, edge.port)
    writer.write(b"GET /plain HTTP/1.1\r\n")
    with pytest.raises(ConnectionError):
        await send_for_ever(writer)
    with suppress(ConnectionError):
        assert statuses(await asyncio.wait_for(reader.read(), 5)) == [431]
    writer.close()


async def test_what_is_asked_and_never_taken_costs_little_memory(tmp_path: Path) -> None:
    """Thousands of requests at once whose answers nobody reads: others are served meanwhile, and
    the connections end."""
    put(tmp_path, ROUTES)
    edge = edge_process(tmp_path, tmp_path, "edge", REDIRECT_KEEP_ALIVE_SECONDS="2")
    with killed_at_end(edge.child):
        edge.child.start()
        pid = edge.child.pid
        size, opened = resident_kib(pid), open_files(pid)
        greedy = [await asyncio.open_connection(HOST, edge.port) for _ in range(6)]
        for number, (_, writer) in enumerate(greedy):
            writer.write(get("/plain" if number % 2 else "/nosuch") * 40_000)
        for _ in range(20):
            assert statuses(await exchange(edge.port, get("/plain"))) == [302]
        assert resident_kib(pid) - size < 30_000
        await eventually(lambda: open_files(pid) <= opened, within=30)
        for _, writer in greedy:
            writer.close()


async def test_a_body_that_is_none_is_told_so(edge: ServeSettings) -> None:
    sent = get("/plain", "Transfer-Encoding: chunked", method="POST") + b"zz\r\n"
    assert statuses(await exchange(edge.port, sent)) == [400]
