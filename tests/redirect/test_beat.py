"""Deadlines that no client can stretch, with no timer per request."""

import asyncio
from collections.abc import Collection
from pathlib import Path

import pytest

from deploy.embedded.backends import HOST
from qz_redirect import beat as beat_module
from qz_redirect.beat import Beat, Timed
from qz_redirect.server import serve
from tests.fixtures.edge import (
    code,
    edge_process,
    exchange,
    get,
    killed_at_end,
    put,
    serving,
    settings_for,
    slugs,
    statuses,
)
from tests.fixtures.wait import eventually


class Connection:
    def __init__(self, deadline: float, resting: bool = True) -> None:
        self.deadline = deadline
        self.resting = resting
        self.ended = False

    def expire(self) -> None:
        self.ended = True


def test_only_what_is_past_its_deadline_ends() -> None:
    beat = Beat(75)
    late, waiting, never = Connection(0.0), Connection(beat.receive_by), Connection(float("inf"))
    assert beat.end_expired([late, waiting, never]) == 1
    assert (late.ended, waiting.ended, never.ended) == (True, False, False)


def test_room_is_made_by_those_that_rest_the_nearest_deadline_first() -> None:
    busy, silent = Connection(1.0, resting=False), Connection(2.0)
    idle, late = Connection(3.0), Connection(4.0)
    assert Beat(75, room=4).make_room([late, idle, silent, busy]) == 0
    assert Beat(75, room=2).make_room([late, idle, silent, busy]) == 2
    assert [silent.ended, idle.ended, late.ended, busy.ended] == [True, True, False, False]


async def test_connections_that_only_stand_there_keep_nobody_out(tmp_path: Path) -> None:
    """More of them than the process may have open files."""
    put(tmp_path, slugs(plain=code()))
    edge = edge_process(tmp_path, tmp_path, "edge")
    few = ("sh", "-c", 'ulimit -n 100; exec "$@"', "sh")
    edge.child.command = [*few, *edge.child.command]
    with killed_at_end(edge.child):
        edge.child.start()
        standing = [await asyncio.open_connection(HOST, edge.port) for _ in range(150)]
        await eventually(lambda: is_answered(edge.port), within=8)
        for _, writer in standing:
            writer.close()


async def is_answered(port: int) -> bool:
    try:
        return statuses(await exchange(port, get("/plain"))) == [302]
    except ConnectionError:
        return False


def test_the_date_is_that_of_the_last_beat() -> None:
    assert Beat(75).redirect_head.startswith(b"HTTP/1.1 302 Found\r\ndate: ")
    assert b" GMT\r\nlocation: " in Beat(75).redirect_head


async def test_a_request_that_drips_in_is_ended_while_others_are_served(tmp_path: Path) -> None:
    """A byte now and then does not move the deadline."""
    put(tmp_path, slugs(plain=code()))
    settings = settings_for(tmp_path, receive_seconds=0.6)
    async with serving(settings):
        reader, writer = await asyncio.open_connection(HOST, settings.port)
        # the first bytes only: one more byte of ours, sent meanwhile, may be answered by a reset
        answer = asyncio.create_task(reader.read(1024))
        for byte in get("/plain", *(f"X-{n}: y" for n in range(200)))[:2000]:
            writer.write(bytes([byte]))
            await asyncio.sleep(0.02)
            if answer.done():
                break
        assert statuses(await asyncio.wait_for(answer, 5)) == [408]
        writer.close()


async def test_an_idle_connection_ends_quietly(tmp_path: Path) -> None:
    put(tmp_path, slugs(plain=code()))
    settings = settings_for(tmp_path, keep_alive_seconds=0.2)
    async with serving(settings):
        reader, writer = await asyncio.open_connection(HOST, settings.port)
        writer.write(get("/plain"))
        answer = await asyncio.wait_for(reader.read(), 5)
        assert statuses(answer) == [302]
        writer.close()


def test_a_deadline_is_kept_within_a_beat() -> None:
    assert beat_module.BEAT_SECONDS <= 0.5


async def test_an_edge_without_deadlines_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Beat, connections: Collection[Timed]) -> int:
        raise RuntimeError("no beat")

    monkeypatch.setattr(Beat, "make_room", fail)
    with pytest.raises(RuntimeError, match="no beat"):
        await asyncio.wait_for(serve(settings_for(tmp_path), asyncio.Event()), 20)
