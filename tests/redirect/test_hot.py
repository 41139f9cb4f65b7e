"""The hit as a plain ASGI function: the same answers and events as in the lane, on any server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn

from deploy.embedded.backends import HOST, free_port
from qz_common.ops import QuietServer, running
from qz_redirect.asgi import make_app
from qz_redirect.keeper import Keeper
from tests.fixtures.edge import (
    code,
    exchange,
    get,
    journaled,
    locations,
    put,
    serving,
    settings_for,
    slugs,
    statuses,
)
from tests.fixtures.wait import eventually

ROUTES = slugs(
    plain=code(),
    passing=code("lnk_2", pass_query=True, utm={"utm_source": "qr"}),
    paused=code("lnk_3", status="paused"),
)
PATHS = ("/plain", "/PLAIN", "/r/plain", "/passing?x=%20a", "/paused", "/nosuch", "/x")


@asynccontextmanager
async def elsewhere(data: Path, status: int) -> AsyncIterator[int]:
    """The application on uvicorn as it is, h11 included, without our protocol class."""
    port = free_port()
    app = make_app(settings_for(data, redirect_status=status))
    config = uvicorn.Config(app, HOST, port, http="h11", log_config=None, access_log=False)
    async with running(QuietServer(config)):
        yield port


@pytest.mark.parametrize("status", [302, 307])
@pytest.mark.parametrize("path", PATHS)
async def test_any_server_gives_the_answer_and_the_event_of_the_lane(
    tmp_path: Path, path: str, status: int
) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for data in (ours, theirs):
        put(data, ROUTES)
    async with serving(settings_for(ours, redirect_status=status)) as settings:
        expected = await exchange(settings.port, get(path, "User-Agent: x"))
    async with elsewhere(theirs, status) as port:
        found = await exchange(port, get(path, "User-Agent: x"))
    assert statuses(found) == statuses(expected)
    assert locations(found) == locations(expected)
    assert comparable(theirs) == comparable(ours)


async def test_an_edge_that_follows_nothing_any_more_answers_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rather than for ever with what it knew, and its journal unsynced."""

    def fail(_: Keeper) -> None:
        raise RuntimeError("no look")

    put(tmp_path, ROUTES)
    async with elsewhere(tmp_path, 302) as port:
        assert statuses(await exchange(port, get("/plain"))) == [302]
        monkeypatch.setattr(Keeper, "look", fail)

        async def is_down() -> bool:
            return statuses(await exchange(port, get("/plain"))) == [500]

        await eventually(is_down)


def comparable(data: Path) -> list[dict[str, object]]:
    """Without what no two edges share: journal, time, and hashes under a salt of their own."""
    own = {"journal", "ts_ms", "visitor", "ip_hash"}
    events = [{name: getattr(e, name) for name in e.__struct_fields__} for e in journaled(data)]
    return [{name: event[name] for name in event.keys() - own} for event in events]
