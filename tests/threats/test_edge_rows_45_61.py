"""Threat rows of the edge, with their concrete input: 3, 14, 45-48, 57-61, and R16."""

import asyncio
import secrets
from pathlib import Path

import pytest

from deploy.embedded.backends import HOST
from qz_common.records import SaltRecord, encode, salt_key
from qz_redirect.replica.reader import Reader
from tests.fixtures.addresses import files_below, forms, planted, texts
from tests.fixtures.edge import (
    code,
    edge_process,
    exchange,
    get,
    journaled,
    journaled_bytes,
    killed_at_end,
    locations,
    put,
    serving,
    settings_for,
    slugs,
    statuses,
)
from tests.fixtures.replica import WriterElsewhere


@pytest.mark.parametrize("count", [400, pytest.param(10_000, marks=pytest.mark.slow)])
async def test_r16_no_planted_address_is_at_rest_anywhere(tmp_path: Path, count: int) -> None:
    """Behind a trusted proxy every address is real to us; none may be in a file or a log line."""
    data = tmp_path / "data"
    put(data, slugs(plain=code(), paused=code("lnk_2", status="paused")))
    edge = edge_process(tmp_path, data, "edge", TRUSTED_PROXIES=f"{HOST}/32")
    addresses = planted(count)
    with killed_at_end(edge.child):
        edge.child.start()
        for address in addresses:
            forwarded = f"X-Forwarded-For: {address}"
            sent = get("/plain", forwarded) + get("/paused", forwarded) + get("/nosuch", forwarded)
            await exchange(edge.port, sent, answers=3)
        edge.child.stop()
    events = journaled(data)
    assert len({event.ip_hash for event in events}) > count * 0.9
    kept = files_below(tmp_path)
    assert any(path.suffix == ".seg" and data for path, data in kept.items())
    sought = texts(addresses)
    found = [(path, form) for path, data in kept.items() for form in sought if form in data]
    assert found == []
    packed = {form for address in addresses for form in forms(address) if len(form) == 4}
    journal = b"".join(journaled_bytes(data))
    assert not [form for form in packed if form in journal]


@pytest.mark.parametrize(
    "location",
    [
        "https://a.example/\r\nSet-Cookie: x=1",
        "https://a.example/\nx",
        "https://a.example/ x",
        "https://a.example/\x7f",
        "https://a.example/é",
    ],
)
async def test_row_03_a_record_with_a_line_break_reaches_no_header(
    tmp_path: Path, location: str
) -> None:
    """No gate writes such a record; were there one, it is no record."""
    put(tmp_path, slugs(plain=code(location=location), sound=code("lnk_2")))
    async with serving(settings_for(tmp_path)) as settings:
        answer = await exchange(settings.port, get("/plain"))
        assert statuses(answer) == [404]
        assert b"et-Cookie" not in answer
        assert statuses(await exchange(settings.port, get("/sound"))) == [302]


async def test_row_03_an_encoded_line_break_stays_encoded(tmp_path: Path) -> None:
    put(tmp_path, slugs(plain=code(pass_query=True)))
    async with serving(settings_for(tmp_path)) as settings:
        answer = await exchange(settings.port, get("/plain?a=%0d%0aSet-Cookie:%20x"))
    assert locations(answer) == ["https://example.com/landing?a=%0D%0ASet-Cookie%3A%20x"]


@pytest.mark.parametrize("path", ["/..", "/%2e%2e", "/.well-known", "/ab", "/😀😀😀", "/plain;x"])
async def test_row_14_what_is_no_slug_is_unknown(tmp_path: Path, path: str) -> None:
    put(tmp_path, slugs(plain=code()))
    async with serving(settings_for(tmp_path)) as settings:
        sent = get(path) if path.isascii() else get("/%F0%9F%98%80x")
        assert statuses(await exchange(settings.port, sent)) == [404]


@pytest.mark.parametrize(
    "headers",
    [
        ("X-Forwarded-For: 1.2.3.4",),
        ("X-Forwarded-For: 1.2.3.4", "X-Forwarded-For: 5.6.7.8"),
        ("Forwarded: for=1.2.3.4",),
        ("X-Real-IP: 1.2.3.4",),
    ],
)
async def test_row_45_a_stranger_is_not_believed_about_its_address(
    tmp_path: Path, headers: tuple[str, ...]
) -> None:
    put(tmp_path, slugs(plain=code()))
    async with serving(settings_for(tmp_path)) as settings:
        await exchange(settings.port, get("/plain"))
        await exchange(settings.port, get("/plain", *headers))
    first, second = journaled(tmp_path)
    assert first.ip_hash == second.ip_hash != 0


async def test_row_47_dripping_connections_do_not_keep_others_waiting(tmp_path: Path) -> None:
    put(tmp_path, slugs(plain=code()))
    async with serving(settings_for(tmp_path, receive_seconds=1.0)) as settings:
        drips = [await asyncio.open_connection(HOST, settings.port) for _ in range(200)]
        for _, writer in drips:
            writer.write(b"GET /plain HTTP/1.1\r\nX: ")
        for _ in range(20):
            assert statuses(await exchange(settings.port, get("/plain"))) == [302]
        said = await asyncio.gather(*(reader.read() for reader, _ in drips))
        for _, writer in drips:
            writer.close()
    assert {status for answer in said for status in statuses(answer)} == {408}


async def test_row_48_a_second_request_hidden_in_a_body_is_never_answered(tmp_path: Path) -> None:
    put(tmp_path, slugs(plain=code(), other=code("lnk_2")))
    hidden = get("/other")
    attacks = [
        get("/plain", f"Content-Length: {len(hidden)}") + hidden,
        get("/plain", "Content-Length: 0", f"Content-Length: {len(hidden)}") + hidden,
        get("/plain", "Transfer-Encoding: chunked", "Content-Length: 4") + b"0\r\n\r\n" + hidden,
        get("/plain", "Transfer-Encoding : chunked") + b"0\r\n\r\n" + hidden,
        get("/plain", "Transfer-Encoding: identity") + hidden,
    ]
    async with serving(settings_for(tmp_path)) as settings:
        for attack in attacks:
            await exchange(settings.port, attack)
    assert "lnk_2" not in {event.link for event in journaled(tmp_path)}


async def test_row_57_no_answer_may_be_kept(tmp_path: Path) -> None:
    put(tmp_path, slugs(plain=code(), paused=code("lnk_2", status="paused")))
    async with serving(settings_for(tmp_path)) as settings:
        for path, status in (("/plain", 302), ("/paused", 404), ("/nosuch", 404)):
            answer = (await exchange(settings.port, get(path))).lower()
            assert statuses(answer.upper()) == [status]
            assert b"cache-control: no-store" in answer
            assert b"referrer-policy:" in answer


async def test_row_59_a_wish_for_privacy_leaves_no_visitor(tmp_path: Path) -> None:
    put(tmp_path, slugs(plain=code()))
    async with serving(settings_for(tmp_path)) as settings:
        for header in ("DNT: 1", "Sec-GPC: 1", "DNT: 0"):
            await exchange(settings.port, get("/plain", header))
    events = journaled(tmp_path)
    assert [event.visitor == 0 == event.ip_hash for event in events] == [True, True, False]
    assert [event.hints.no_tracking for event in events] == [True, True, False]


def test_row_60_a_salt_is_gone_after_two_days(tmp_path: Path) -> None:
    put(tmp_path, slugs(plain=code()))
    secret = secrets.token_hex(16)
    salt = SaltRecord(version=1, day="2026-01-01", salt=secret)
    writer = WriterElsewhere(current(tmp_path))
    writer.apply([(salt_key(salt.day).encode(), encode(salt))])
    writer.call("prune_salts")
    reader = Reader(tmp_path / "replica")
    assert reader.salts() == []
    reader.close()


def current(data: Path) -> Path:
    return data / "replica" / (data / "replica" / "CURRENT").read_text()
