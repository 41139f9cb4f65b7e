"""What the egress gate sends, and what it makes of the answers of real servers."""

import asyncio
import gzip
import zlib
from dataclasses import replace

import pytest

from qz_common.egress import (
    CHECKS,
    LOGOS,
    WEBHOOKS,
    EgressFailed,
    EgressRefused,
    open_egress,
    parse_networks,
)
from qz_common.egress.body import Inflating
from tests.common.test_egress_loopback import (
    ScriptedResolver,
    answer,
    egress_by,
    egress_to,
    endless,
    loopback,
    says,
    tls_pair,
    trusting_loopback,
)

HOOKS = trusting_loopback(WEBHOOKS)
FETCH = trusting_loopback(LOGOS)


async def test_a_post_carries_name_path_body_and_signature() -> None:
    async with loopback(says(answer(b"thanks"))) as server:
        egress = egress_to(["127.0.0.1"])
        url = f"http://Hooks.example:{server.port}/a|b/../in?x=%zz#part"
        reply = await egress.post(url, b'{"id": 1}', {"webhook-id": "msg_1"}, HOOKS)
    assert (reply.status, reply.excerpt, reply.ok) == (200, "thanks", True)
    assert reply.ms >= 0
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    assert lines[0] == b"post /in?x=%zz http/1.1"
    assert b"host: hooks.example:%d" % server.port in lines
    assert b"webhook-id: msg_1" in lines
    assert b"accept-encoding: identity" in lines
    assert b"connection: close" in lines
    assert body == b'{"id": 1}'


@pytest.mark.parametrize("status", ["204 No Content", "400 Bad", "410 Gone", "503 Later"])
async def test_every_status_is_an_answer(status: str) -> None:
    async with loopback(says(answer(b"", status))) as server:
        reply = await egress_to().post(server.url, b"", {}, HOOKS)
    assert reply.status == int(status[:3])
    assert reply.ok == status.startswith("2")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x", "a\r\nHost: evil"),
        ("x\r\n", "a"),
        ("x:", "a"),
        ("", "a"),
        ("x", "ü"),
        ("x", " a"),
        ("Host", "evil.example"),
        ("content-length", "0"),
        ("Transfer-Encoding", "chunked"),
    ],
)
async def test_a_header_that_is_not_valid_or_the_gates_own_is_refused(
    name: str, value: str
) -> None:
    async with loopback(says(answer())) as server:
        with pytest.raises(EgressRefused) as caught:
            await egress_to().post(server.url, b"", {name: value}, HOOKS)
        assert caught.value.code == "invalid_header"
        assert await server.saw_nobody()


async def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    async with loopback(says(answer(b"second"))) as server:
        egress = egress_to(["127.0.0.9", "127.0.0.1"])
        policy = replace(HOOKS, allow_networks=parse_networks("127.0.0.0/8"))
        url = f"http://two.example:{server.port}/"
        assert (await egress.post(url, b"", {}, policy)).excerpt == "second"


async def test_a_port_where_nobody_listens_is_a_failed_connection() -> None:
    async with loopback(says(answer())) as server:
        url = server.url
    with pytest.raises(EgressFailed) as caught:
        await egress_to().post(url, b"", {}, HOOKS)
    assert caught.value.code == "connect_failed"


@pytest.mark.parametrize("addresses", [[], ["not an address"]])
async def test_a_name_without_address_is_a_failed_lookup(addresses: list[str]) -> None:
    with pytest.raises(EgressFailed) as caught:
        await egress_to(addresses).post("https://nobody.example/", b"", {}, WEBHOOKS)
    assert caught.value.code == "dns_failed"


async def test_the_system_resolver_says_when_a_name_does_not_exist() -> None:
    async with open_egress() as egress:
        with pytest.raises(EgressFailed) as caught:
            await egress.post("https://nobody.invalid/", b"", {}, WEBHOOKS)
    assert caught.value.code == "dns_failed"


async def test_the_system_resolver_finds_loopback() -> None:
    async with loopback(says(answer(b"ok"))) as server, open_egress() as egress:
        url = f"http://localhost:{server.port}/"
        assert (await egress.post(url, b"", {}, HOOKS)).excerpt == "ok"
        with pytest.raises(EgressRefused):
            await egress.post("https://localhost/", b"", {}, WEBHOOKS)


@pytest.mark.parametrize(
    "reply",
    [
        b"SSH-2.0-OpenSSH_9\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 999999 No\r\n\r\n",
        b"",
    ],
    ids=["other protocol", "huge header", "short body", "bad chunk", "bad status", "hang up"],
)
async def test_an_answer_that_is_not_http_is_a_failure(reply: bytes) -> None:
    async with loopback(says(reply)) as server:
        with pytest.raises(EgressFailed) as caught:
            await egress_to().post(server.url, b"", {}, HOOKS)
    assert caught.value.code in ("bad_response", "connection_lost")


async def test_an_excerpt_is_text_that_any_store_can_hold() -> None:
    body = b"\x00ok\x1b[31m\xff\n" + "ü".encode() * 2000
    async with loopback(says(answer(body))) as server:
        reply = await egress_to().post(server.url, b"", {}, HOOKS)
    assert reply.excerpt.startswith("ok[31m\ufffd\nü")
    assert 1000 < len(reply.excerpt.encode()) <= 1024


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "x-gzip"])
async def test_a_logo_may_come_compressed_unasked(encoding: str) -> None:
    packed = zlib.compress(b"logo") if encoding == "deflate" else gzip.compress(b"logo", mtime=0)
    async with loopback(says(answer(packed, "200 OK", f"Content-Encoding: {encoding}"))) as server:
        download = await egress_to().fetch(server.url, FETCH)
    assert (download.body, download.url) == (b"logo", server.url + "/")
    assert "logo" not in repr(download)


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (b"logo", "br"),
        (b"logo", "gzip"),
        (gzip.compress(b"logo", mtime=0)[:-9], "gzip"),
        (b"", "gzip, gzip"),
    ],
)
async def test_a_logo_that_cannot_be_unpacked_is_a_failure(packed: bytes, encoding: str) -> None:
    async with loopback(says(answer(packed, "200 OK", f"Content-Encoding: {encoding}"))) as server:
        with pytest.raises(EgressFailed) as caught:
            await egress_to().fetch(server.url, FETCH)
    assert caught.value.code == "bad_response"


async def test_a_check_reads_the_start_of_a_long_page_and_follows_nothing() -> None:
    policy = trusting_loopback(CHECKS)
    async with loopback(endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 9999)) as server:
        assert (await egress_to().fetch(server.url, policy)).body == b"x" * 65536
    async with loopback(says(answer(b"", "301 Moved", "Location: /x"))) as server:
        assert (await egress_to().fetch(server.url, policy)).status == 301
        assert server.connections == 1


@pytest.mark.parametrize(
    ("location", "path"),
    [("/logo.png", b"/logo.png"), ("//logo.example:{port}/b", b"/b"), ("{url}/c?d", b"/c?d")],
)
async def test_a_logo_redirect_is_followed_in_its_three_forms(location: str, path: bytes) -> None:
    async def script(writer: asyncio.StreamWriter) -> None:
        first = len(server.requests) == 1
        to = f"Location: {location.format(port=server.port, url=server.url)}"
        writer.write(answer(b"", "302 Found", to) if first else answer(b"logo"))

    async with loopback(script) as server:
        url = f"http://logo.example:{server.port}/"
        download = await egress_to(["127.0.0.1"]).fetch(url, FETCH)
    assert download.body == b"logo"
    assert server.requests[1].startswith(b"GET " + path)


async def test_tls_is_checked_against_the_name_and_not_the_address() -> None:
    tls, trust, names = tls_pair("hooks.example")
    async with loopback(says(answer(b"safe")), tls=tls) as server:
        egress = egress_to(["127.0.0.1"], tls=trust)
        url = f"https://hooks.example:{server.port}/"
        assert (await egress.post(url, b"", {}, HOOKS)).excerpt == "safe"
    assert names == ["hooks.example"]


@pytest.mark.parametrize("name", ["other.example", "127.0.0.1"])
async def test_a_certificate_of_somebody_else_gets_no_request(name: str) -> None:
    tls, trust, _ = tls_pair(name)
    async with loopback(says(answer(b"safe")), tls=tls) as server:
        egress = egress_to(["127.0.0.1"], tls=trust)
        with pytest.raises(EgressFailed) as caught:
            await egress.post(f"https://hooks.example:{server.port}/", b"x", {}, HOOKS)
    assert caught.value.code == "tls_failed"
    assert server.requests == []


async def test_an_unknown_authority_and_plain_http_fail_the_handshake() -> None:
    tls, _, _ = tls_pair("hooks.example")
    policy = replace(HOOKS, connect_seconds=0.2)
    for served in (tls, None):
        async with loopback(says(answer()), tls=served) as server:
            url = f"https://hooks.example:{server.port}/"
            with pytest.raises(EgressFailed) as caught:
                await egress_to(["127.0.0.1"]).post(url, b"x", {}, policy)
            assert caught.value.code in ("tls_failed", "connect_failed")


async def test_an_international_name_goes_out_as_a_label() -> None:
    async with loopback(says(answer())) as server:
        resolver = ScriptedResolver([["127.0.0.1"]])
        egress = egress_by(resolver)
        await egress.post(f"http://Bücher.example.:{server.port}/", b"", {}, HOOKS)
    assert resolver.asked == ["xn--bcher-kva.example"]
    assert b"Host: xn--bcher-kva.example:" in server.requests[0]


def test_networks_of_a_setting_are_read_and_checked() -> None:
    assert [str(net) for net in parse_networks(" 127.0.0.0/8,::1 ,")] == ["127.0.0.0/8", "::1/128"]
    assert parse_networks("") == ()
    with pytest.raises(ValueError, match="localhost"):
        parse_networks("localhost")


def test_a_bomb_is_unpacked_no_further_than_there_is_room() -> None:
    inflating = Inflating()
    assert inflating.feed(gzip.compress(b"\0" * 1_000_000, mtime=0), 10) == b"\0" * 10
