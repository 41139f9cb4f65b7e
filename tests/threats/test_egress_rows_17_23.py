"""Rows 17 to 23 of the threat table: the egress gate against servers that must see nobody."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from qz_common.egress import LOGOS, WEBHOOKS, Egress, EgressFailed, EgressRefused, parse_networks
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
ONE_PUBLIC = "93.184.216.34"


async def posting(egress: Egress, url: str) -> None:
    await egress.post(url, b"secret", {}, replace(WEBHOOKS, deadline_seconds=2))


async def fetching(egress: Egress, url: str) -> None:
    await egress.fetch(url, replace(LOGOS, deadline_seconds=2))


BOTH = pytest.mark.parametrize("ask", [posting, fetching])
Ask = Callable[[Egress, str], Awaitable[None]]


async def refusal(ask: Ask, egress: Egress, url: str) -> str:
    with pytest.raises(EgressRefused) as caught:
        await ask(egress, url)
    return caught.value.code


@BOTH
@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "127.0.0.1",
        "[::1]",
        "0.0.0.0",
        "10.0.0.1",
        "2130706433",
        "0x7f.1",
        "0177.1",
        "127.1",
        "１２７.0.0.1",
    ],
)
async def test_row_17_private_addresses_are_refused(ask: Ask, host: str) -> None:
    assert await refusal(ask, egress_to(), f"https://{host}/") == "private_address"


@BOTH
@pytest.mark.parametrize("host", ["kubernetes.default", "localhost", "metadata.google.internal"])
async def test_row_17_names_of_the_inside_are_refused_by_what_they_resolve_to(
    ask: Ask, host: str
) -> None:
    egress = egress_to(["10.96.0.1"])
    assert await refusal(ask, egress, f"https://{host}/latest/") == "private_address"


@BOTH
@pytest.mark.parametrize("host", ["127.0.0.1", "[::ffff:127.0.0.1]", "name.example"])
async def test_row_17_a_listening_port_on_this_host_sees_nobody(ask: Ask, host: str) -> None:
    async with loopback(says(answer())) as server:
        ports = replace(WEBHOOKS, schemes=LOGOS.schemes, ports=frozenset({server.port}))
        egress, url = egress_to(["127.0.0.1"]), f"http://{host}:{server.port}/"
        with pytest.raises(EgressRefused):
            await egress.post(url, b"secret", {}, ports)
        with pytest.raises(EgressRefused):
            await ask(egress, url)
        assert await server.saw_nobody()


EMBEDDED = [
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a9fe:a9fe",
    "2002:a9fe:a9fe::",
    "::127.0.0.1",
    "2001:0:a9fe:a9fe::1",
    "fec0::1",
    "fe80::1%eth0",
    "ff0e::1",
    "100.64.0.1",
    "::",
]


@BOTH
@pytest.mark.parametrize("address", EMBEDDED)
async def test_row_18_embedded_and_special_addresses_are_refused(ask: Ask, address: str) -> None:
    egress = egress_to([address])
    assert await refusal(ask, egress, "https://name.example/") == "private_address"
    if ":" in address and "%" not in address:
        assert await refusal(ask, egress_to(), f"https://[{address}]/") == "private_address"


@BOTH
@pytest.mark.parametrize("bad", ["127.0.0.1", "::1", "10.0.0.1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("bad_first", [True, False])
async def test_row_19_one_bad_address_spoils_a_mixed_answer(
    ask: Ask, bad: str, bad_first: bool
) -> None:
    answers = [bad, ONE_PUBLIC] if bad_first else [ONE_PUBLIC, "2606:4700::1111", bad]
    assert await refusal(ask, egress_to(answers), "https://mixed.example/") == "private_address"


async def test_row_19_a_bad_address_far_down_the_answer_is_seen() -> None:
    answers = [f"93.184.216.{n}" for n in range(1, 250)] + ["127.0.0.1"]
    assert await refusal(posting, egress_to(answers), "https://x.example/") == "private_address"


async def test_row_19_a_name_is_resolved_once_and_that_address_is_used() -> None:
    """The second answer names another server; only a second question could have led there."""
    async with (
        loopback(says(answer(b"good"))) as good,
        loopback(says(answer()), "127.0.0.2") as bad,
    ):
        resolver = ScriptedResolver([["127.0.0.1"], ["127.0.0.2"]])
        egress = egress_by(resolver)
        url = f"http://rebind.example:{good.port}/"
        assert (await egress.post(url, b"", {}, HOOKS)).excerpt == "good"
        assert resolver.asked == ["rebind.example"]
        rebound = f"http://rebind.example:{bad.port}/"
        with pytest.raises(EgressRefused):
            await egress.post(rebound, b"", {}, HOOKS)
        assert resolver.asked == ["rebind.example"] * 2
        assert await bad.saw_nobody()


async def test_row_19_no_connection_is_kept_for_a_later_attempt() -> None:
    async with loopback(says(answer(b"ok"))) as server:
        egress = egress_to(["127.0.0.1"])
        for name in ("one", "one", "two"):
            await egress.post(f"http://{name}.example:{server.port}/", b"", {}, HOOKS)
        assert server.connections == 3


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_row_20_a_webhook_never_follows(status: int) -> None:
    async with loopback(says(answer())) as inside:
        moved = answer(b"inside", f"{status} Moved", f"Location: {inside.url}/")
        async with loopback(says(moved)) as server:
            policy = replace(HOOKS, max_redirects=3)
            reply = await egress_to().post(server.url, b"", {}, policy)
        assert (reply.status, reply.ok, reply.excerpt) == (status, False, "")
        assert await inside.saw_nobody()


async def test_row_20_a_logo_redirect_to_the_inside_is_refused() -> None:
    async with loopback(says(answer()), "127.0.0.2") as inside:
        moved = answer(b"", "302 Found", f"Location: {inside.url}/")
        async with loopback(says(moved)) as server:
            assert await refusal_of_fetch(server.url) in ("private_address", "port_not_allowed")
        assert await inside.saw_nobody()


async def refusal_of_fetch(url: str) -> str:
    with pytest.raises(EgressRefused) as caught:
        await egress_to().fetch(url, FETCH)
    return caught.value.code


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("http://169.254.169.254/latest/", "private_address"),
        ("https://[::ffff:a9fe:a9fe]/", "private_address"),
        ("http://127.0.0.2:22/", "port_not_allowed"),
        ("gopher://example.com/", "invalid_url"),
        ("file:///etc/passwd", "invalid_url"),
        ("https://a@b.example/", "invalid_url"),
        ("\\\\evil.example/", "invalid_url"),
        ("logo.png", "invalid_url"),
        ("", "invalid_url"),
        ("http://x\x80.example/", "invalid_url"),
    ],
)
async def test_row_20_each_hop_is_judged_like_a_first_one(location: str, code: str) -> None:
    async with loopback(says(answer(b"", "302 Found", f"Location: {location}"))) as server:
        assert await refusal_of_fetch(server.url) == code
        assert server.connections == 1


@pytest.mark.parametrize("scheme", ["http", "HTTP", "hTTp"])
async def test_row_20_a_redirect_from_https_to_http_is_refused(scheme: str) -> None:
    tls, trust, _ = tls_pair("logo.example")
    async with loopback(says(answer())) as plain:
        moved = answer(b"", "302 Found", f"Location: {scheme}://{plain.host}:{plain.port}/")
        async with loopback(says(moved), tls=tls) as server:
            egress = egress_to(["127.0.0.1"], tls=trust)
            with pytest.raises(EgressRefused) as caught:
                await egress.fetch(f"https://logo.example:{server.port}/", FETCH)
            assert len(server.requests) == 1
        assert caught.value.code == "insecure_redirect"
        assert await plain.saw_nobody()


async def test_row_20_two_locations_lead_nowhere() -> None:
    moved = answer(b"", "302 Found", "Location: /a", "Location: /b")
    async with loopback(says(moved)) as server:
        assert await refusal_of_fetch(server.url) == "invalid_url"


async def test_row_20_the_fourth_hop_is_one_too_many() -> None:
    async with loopback(says(answer(b"", "302 Found", "Location: /again"))) as server:
        with pytest.raises(EgressFailed) as caught:
            await egress_to().fetch(server.url, FETCH)
        assert caught.value.code == "too_many_redirects"
        assert server.connections == 4


@pytest.mark.parametrize("port", [22, 25, 80, 5432, 6379, 8443])
async def test_row_21_only_the_web_ports_are_open(port: int) -> None:
    resolver = ScriptedResolver([[ONE_PUBLIC]])
    egress = egress_by(resolver)
    assert await refusal(posting, egress, f"https://h.example:{port}/") == "port_not_allowed"
    if port != 80:
        assert await refusal(fetching, egress, f"http://h.example:{port}/") == "port_not_allowed"
    assert resolver.asked == []


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://h.example/", "scheme_not_allowed"),
        ("gopher://h.example/", "invalid_url"),
        ("ftp://h.example/", "invalid_url"),
        ("https://user@h.example/", "invalid_url"),
        ("https://h.example\\@evil.example/", "invalid_url"),
        ("https://h.example/\r\nX: y", "invalid_url"),
    ],
)
async def test_row_21_other_protocols_and_smuggled_urls_are_refused(url: str, code: str) -> None:
    assert await refusal(posting, egress_to([ONE_PUBLIC]), url) == code


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"


@pytest.mark.parametrize(
    ("head", "piece"),
    [(HEAD, b"x"), (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), (b"", b"HTTP/1.1 100 Go on\r\n\r\n")],
    ids=["body", "headers", "go on"],
)
async def test_row_22_a_dripping_answer_ends_at_the_total_deadline(
    head: bytes, piece: bytes
) -> None:
    async with loopback(endless(head, piece, pause=0.02)) as server:
        policy = replace(HOOKS, deadline_seconds=0.3)
        async with asyncio.timeout(5):  # far from the deadline, and as far from the library's own
            with pytest.raises(EgressFailed) as caught:
                await egress_to().post(server.url, b"", {}, policy)
    assert caught.value.code == "timeout"


async def test_row_22_the_deadline_holds_over_all_hops_and_the_name_server() -> None:
    class Silent:
        async def resolve(self, host: str) -> list[str]:
            await asyncio.Event().wait()
            return []

    egress = egress_by(Silent())
    async with asyncio.timeout(5):
        with pytest.raises(EgressFailed) as caught:
            await egress.fetch("https://slow.example/", replace(LOGOS, deadline_seconds=0.05))
    assert caught.value.code == "timeout"


async def test_row_22_an_endless_body_is_cut_for_a_webhook() -> None:
    async with loopback(endless(HEAD, b"x" * 16384)) as server:
        reply = await egress_to().post(server.url, b"", {}, HOOKS)
    assert (reply.status, reply.excerpt) == (200, "x" * 1024)


async def test_row_22_a_webhooks_answer_is_never_unpacked() -> None:
    bomb = gzip.compress(b"\0" * 10_000_000)
    async with loopback(says(answer(bomb, "200 OK", "Content-Encoding: gzip"))) as server:
        reply = await egress_to().post(server.url, b"", {}, HOOKS)
    assert (reply.status, reply.excerpt) == (200, "")
    assert b"accept-encoding: identity" in server.requests[0].lower()


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"x" * (2 * 1024 * 1024 + 1), []),
        (gzip.compress(b"\0" * (2 * 1024 * 1024 + 1), mtime=0), ["Content-Encoding: gzip"]),
        (gzip.compress(b"\0" * 50_000_000, mtime=0), ["Content-Encoding: gzip"]),
    ],
    ids=["plain", "one byte over", "bomb"],
)
async def test_row_22_a_logo_over_two_megabytes_unpacked_is_refused(
    body: bytes, headers: list[str]
) -> None:
    async with loopback(says(answer(body, "200 OK", *headers))) as server:
        with pytest.raises(EgressFailed) as caught:
            await egress_to().fetch(server.url, FETCH)
    assert caught.value.code == "body_too_large"


async def test_row_22_a_stream_that_unpacks_to_nothing_ends_at_the_same_limit() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10]
    empty_blocks = b"\0\0\0\xff\xff" * 10_000
    async with asyncio.timeout(5), loopback(endless(head, empty_blocks)) as server:
        with pytest.raises(EgressFailed) as caught:
            await egress_to().fetch(server.url, FETCH)
    assert caught.value.code == "body_too_large"


async def test_row_22_a_logo_of_exactly_two_megabytes_is_taken() -> None:
    body = gzip.compress(b"\0" * 2 * 1024 * 1024)
    async with loopback(says(answer(body, "200 OK", "Content-Encoding: gzip"))) as server:
        assert len((await egress_to().fetch(server.url, FETCH)).body) == 2 * 1024 * 1024


async def test_row_23_an_answer_shows_status_and_a_little_text_and_no_header() -> None:
    reply_bytes = answer(b"internal " * 1000, "200 OK", "X-Secret: hunter2", "Set-Cookie: s=1")
    async with loopback(says(reply_bytes)) as server:
        reply = await egress_to().post(server.url, b"", {}, HOOKS)
    assert len(reply.excerpt.encode()) == 1024
    assert "hunter2" not in repr(reply)
    assert set(reply.__slots__) == {"status", "ms", "excerpt"}


@BOTH
async def test_row_23_a_refusal_tells_no_address(ask: Ask) -> None:
    with pytest.raises(EgressRefused) as caught:
        await ask(egress_to(["10.11.12.13"]), "https://name.example/")
    assert "10.11.12.13" not in caught.value.message + repr(caught.value)


def test_an_operators_networks_are_the_only_way_inside() -> None:
    assert WEBHOOKS.allow_networks == LOGOS.allow_networks == ()
    assert parse_networks("10.1.2.3")[0].num_addresses == 1


@pytest.mark.parametrize(
    ("second", "code"), [("10.0.0.1", "private_address"), (ONE_PUBLIC, "scheme_not_allowed")]
)
async def test_a_trusted_address_vouches_for_no_other(second: str, code: str) -> None:
    scheme = "http" if code == "scheme_not_allowed" else "https"
    with pytest.raises(EgressRefused) as caught:
        await egress_to(["127.0.0.1", second]).post(f"{scheme}://x.example/", b"", {}, HOOKS)
    assert caught.value.code == code
