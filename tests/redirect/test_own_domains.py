"""On a customer's own domain nobody else's links answer, whatever was published under its name."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from deploy.embedded.backends import HOST
from qz_common.records import CodeRecord, DomainRecord, RoutingRecord, code_key, domain_key, encode
from qz_redirect.settings import ServeSettings
from tests.fixtures.edge import (
    code,
    exchange,
    get,
    journaled,
    put,
    serving,
    settings_for,
    statuses,
)
from tests.fixtures.wait import eventually

OWN = "go.acme.example"
KINDS: dict[str, CodeRecord] = {
    "plain": code(),
    "ruled": code(pass_query=True),
    "paused": code(status="paused", fallback="https://example.com/later"),
    "blocked": code(status="blocked"),
    "locked": code(password="$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$AAAA"),
}
ANSWERS = {"plain": 302, "ruled": 302, "paused": 302, "blocked": 451, "locked": 200}


def routes(owner: str, version: int = 1) -> dict[str, RoutingRecord]:
    own: dict[str, RoutingRecord] = {code_key(OWN, slug): record for slug, record in KINDS.items()}
    domain = DomainRecord(version=version, host=OWN, workspace=owner)
    return {**own, domain_key(OWN): domain, code_key("", "shared"): code(workspace="ws_2")}


@pytest.fixture
async def edge(tmp_path: Path) -> AsyncIterator[ServeSettings]:
    put(tmp_path, routes("ws_2"))
    async with serving(settings_for(tmp_path)) as settings:
        yield settings


@pytest.mark.parametrize("slug", KINDS)
@pytest.mark.parametrize("path", ["/{}", "/r/{}", "/R/{}"])
async def test_the_link_of_another_workspace_is_unknown_there(
    edge: ServeSettings, slug: str, path: str
) -> None:
    for asked in (slug, slug.upper(), f"{slug}?utm_source=x", f"{slug}?a=b"):
        answer = await exchange(edge.port, get(path.format(asked), host=OWN))
        assert statuses(answer) == [404], asked
    assert journaled(edge.data.folder) == []


async def test_a_button_or_password_of_another_workspace_is_unknown_there(
    edge: ServeSettings,
) -> None:
    for path, method in (("/paused/a/shop", "GET"), ("/plain/f/contact.vcf", "GET")):
        answer = await exchange(edge.port, get(path, method=method, host=OWN))
        assert statuses(answer) == [404], path
    body = "password=x"
    fields = (f"Content-Length: {len(body)}", "Content-Type: application/x-www-form-urlencoded")
    sent = get("/locked", *fields, method="POST", host=OWN) + body.encode()
    for slug in (b"/locked", b"/nosuch"):
        asked = sent.replace(b"/locked", slug, 1)
        assert statuses(await exchange(edge.port, asked)) == [405]


async def test_on_the_default_host_links_of_all_workspaces_answer(edge: ServeSettings) -> None:
    assert statuses(await exchange(edge.port, get("/shared"))) == [302]


async def test_links_answer_again_when_the_domain_is_their_workspaces(
    edge: ServeSettings,
) -> None:
    """And stop when it changes hands, within the second that a changed domain takes."""
    await becomes(edge, "ws_1", 2, ANSWERS)
    await becomes(edge, "ws_3", 3, dict.fromkeys(KINDS, 404))


async def becomes(edge: ServeSettings, owner: str, version: int, answers: dict[str, int]) -> None:
    put(edge.data.folder, routes(owner, version))

    async def as_expected() -> bool:
        return {
            slug: statuses(await exchange(edge.port, get(f"/{slug}", host=OWN)))[0]
            for slug in KINDS
        } == answers

    await eventually(as_expected, within=10)


@asynccontextmanager
async def api_with(record: CodeRecord) -> AsyncIterator[str]:
    """The address of an API that knows this record under every name."""
    value = encode(record)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):  # the edge waits for no answer that is slow
            await reader.readuntil(b"\r\n\r\n")
        head = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(value)
        writer.write(head + value)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, HOST, 0)
    async with server:
        yield f"http://{HOST}:{server.sockets[0].getsockname()[1]}"


async def missed(edge: ServeSettings, host: str) -> int:
    """The status of a slug that nobody has asked for before."""
    return statuses(await exchange(edge.port, get(f"/{secrets.token_hex(8)}", host=host)))[0]


async def becomes_known(edge: ServeSettings, host: str) -> None:
    async def is_known() -> bool:
        return await missed(edge, host) == 302

    await eventually(is_known, within=10)


async def test_what_the_api_knows_of_a_miss_is_held_to_the_same(tmp_path: Path) -> None:
    put(tmp_path, routes("ws_2"))
    async with (
        api_with(code()) as url,
        serving(settings_for(tmp_path, api_url=url, internal_token="secret")) as edge,
    ):
        await becomes_known(edge, HOST)
        assert await missed(edge, OWN) == 404
        put(tmp_path, routes("ws_1", 2))
        await becomes_known(edge, OWN)
