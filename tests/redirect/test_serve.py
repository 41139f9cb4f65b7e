"""The role as a process: ready when it can answer, drained before it ends."""

import asyncio
import urllib.request
from pathlib import Path

from deploy.embedded.backends import HOST
from qz_common.records import DomainRecord, RoutingRecord, SaltRecord, domain_key, salt_key
from qz_redirect.journal.open import journal_folders
from tests.fixtures.edge import (
    code,
    edge_process,
    exchange,
    get,
    is_open,
    journaled,
    killed_at_end,
    locations,
    put,
    serving,
    settings_for,
    slugs,
    statuses,
)
from tests.fixtures.processes import answers
from tests.fixtures.wait import eventually, eventually_sync


async def test_it_is_not_ready_without_a_replica_and_takes_one_up(tmp_path: Path) -> None:
    edge = edge_process(tmp_path, tmp_path, "edge")
    ready = answers(f"http://{HOST}:{edge.ops_port}/readyz")
    alive = answers(f"http://{HOST}:{edge.ops_port}/livez")
    with killed_at_end(edge.child):
        edge.child.launch()
        eventually_sync(alive, within=20)
        assert not ready()
        # the port of operators opens first
        await eventually(lambda: is_open(edge.port))
        assert statuses(await exchange(edge.port, get("/plain"))) == [404]
        put(tmp_path, slugs(plain=code()))
        eventually_sync(ready, within=10)
        assert statuses(await exchange(edge.port, get("/plain"))) == [302]


async def test_sigterm_answers_what_is_in_flight_and_ends_clean(tmp_path: Path) -> None:
    put(tmp_path, slugs(plain=code()))
    edge = edge_process(tmp_path, tmp_path, "edge", REDIRECT_DRAIN_SECONDS="1")
    ready = answers(f"http://{HOST}:{edge.ops_port}/readyz")
    with killed_at_end(edge.child):
        edge.child.start()
        reader, writer = await asyncio.open_connection(HOST, edge.port)
        writer.write(get("/plain"))
        assert b"connection: close" not in await reader.readuntil(b"\r\n\r\n")
        stopping = asyncio.create_task(asyncio.to_thread(edge.child.stop))
        await eventually(lambda: not ready(), within=20)
        writer.write(get("/plain"))
        last = await asyncio.wait_for(reader.read(), 5)
        assert statuses(last) == [302]
        assert b"connection: close" in last.lower()
        writer.close()
        await stopping
    (folder,) = journal_folders(tmp_path / "journals")
    assert b" clean " in (folder / "state").read_bytes()
    assert [event.seq for event in journaled(tmp_path)] == [1, 2]


async def test_what_was_half_asked_at_sigterm_is_answered(tmp_path: Path) -> None:
    put(tmp_path, slugs(plain=code()))
    edge = edge_process(tmp_path, tmp_path, "edge")
    with killed_at_end(edge.child):
        edge.child.start()
        reader, writer = await asyncio.open_connection(HOST, edge.port)
        writer.write(get("/plain"))
        await reader.readuntil(b"\r\n\r\n")
        writer.write(get("/plain")[:-2])
        # another connection, so that the half is known to have been read
        assert statuses(await exchange(edge.port, get("/plain"))) == [302]
        stopping = asyncio.create_task(asyncio.to_thread(edge.child.stop))
        await eventually(lambda: _is_closed(edge.port), within=20)
        writer.write(b"\r\n")
        last = await asyncio.wait_for(reader.read(), 5)
        assert statuses(last) == [302]
        assert b"connection: close" in last.lower()
        writer.close()
        await stopping


async def _is_closed(port: int) -> bool:
    return not await is_open(port)


async def test_metrics_tell_of_hits_misses_and_the_journal(tmp_path: Path) -> None:
    put(tmp_path, slugs(plain=code(), paused=code("lnk_2", status="paused")))
    async with serving(settings_for(tmp_path)) as settings:
        for path in ("/plain", "/plain", "/paused", "/nosuch"):
            await exchange(settings.port, get(path))
        shown = await asyncio.to_thread(metrics, settings.ops_port)
    assert shown["quietzone_redirect_hits_total"] == 2
    assert shown["quietzone_redirect_gated_total"] == 1
    assert shown["quietzone_redirect_misses_total"] == 1
    assert shown["quietzone_redirect_asked_total"] == 1
    assert shown["quietzone_redirect_hit_seconds_count"] == 2
    assert shown["quietzone_redirect_journal_seq"] == 4
    assert shown["quietzone_redirect_journal_dropped_total"] == 0
    assert shown["quietzone_redirect_replica_codes"] == 2


async def test_a_domain_and_a_salt_are_taken_up_while_it_runs(tmp_path: Path) -> None:
    put(tmp_path, slugs(plain=code()))
    async with serving(settings_for(tmp_path)) as settings:
        request = get("/plain", host="go.acme.example")
        assert statuses(await exchange(settings.port, request)) == [400]
        domain = DomainRecord(version=1, host="go.acme.example", workspace="ws_1")
        routes: dict[str, RoutingRecord] = {
            domain_key(domain.host): domain,
            "code:go.acme.example/plain": code("lnk_9", location="https://acme.example/"),
            salt_key("2026-01-01"): SaltRecord(version=1, day="2026-01-01", salt="s"),
        }
        put(tmp_path, routes)
        answer = await exchange(settings.port, request)
        assert locations(answer) == ["https://acme.example/"]
        assert journaled(tmp_path)[-1].host == "go.acme.example"
        gone = DomainRecord(version=2, host=domain.host, workspace="ws_1", status="deleted")
        put(tmp_path, {domain_key(domain.host): gone})

        async def refused() -> bool:
            return statuses(await exchange(settings.port, request)) == [400]

        await eventually(refused, within=20)


def metrics(port: int) -> dict[str, float]:
    with urllib.request.urlopen(f"http://{HOST}:{port}/metrics", timeout=5) as response:
        lines = response.read().decode().splitlines()
    plain = [line.split(" ") for line in lines if not line.startswith("#") and "{" not in line]
    return {name: float(value) for name, value in plain}
