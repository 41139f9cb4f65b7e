"""Drawing processes: limits, losses, turns."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from prometheus_client import CollectorRegistry

from qz_api.images.metrics import render_metrics
from qz_api.images.pool import PoolLimits, RenderPool
from qz_api.images.process import DrawingProcess
from qz_api.images.wire import Decode, Draw, Look
from qz_common.errors import Invalid, Unavailable
from tests.fixtures.wait import eventually

OWNER = UUID(int=1)
MEGABYTE = 1 << 20


def limits(**changes: float) -> PoolLimits:
    usual = {
        "processes": 1,
        "waiting": 8,
        "waiting_of_one": 8,
        "seconds": 4.0,
        "wait_seconds": 20.0,
        "memory_bytes": 768 * MEGABYTE,
    }
    return PoolLimits(**{**usual, **changes})  # type: ignore[arg-type]


@asynccontextmanager
async def pool_of(**changes: float) -> AsyncIterator[RenderPool]:
    registry = CollectorRegistry()
    pool = RenderPool(limits(**changes), render_metrics(registry))
    pool.start()
    try:
        await eventually(lambda: pool.pids, within=20)
        yield pool
    finally:
        await pool.close()


def drawing(size: int = 128, style: dict[str, object] | None = None, format: str = "png") -> Draw:
    return Draw(b"HTTPS://QZ.EXAMPLE/X", Look(style or {}), format, size, {})


HEAVY: dict[str, object] = {
    "modules": "dots",
    "foreground": {"type": "radial", "stops": [{"color": "#b91c1c"}, {"color": "#111827"}]},
}


def pid_of(pool: RenderPool) -> int:
    (pid,) = pool.pids
    return pid


async def test_a_killed_process_is_replaced_and_nobody_notices() -> None:
    async with pool_of() as pool:
        for _ in range(2):
            os.kill(pid_of(pool), signal.SIGKILL)
            assert (await pool.run(OWNER, drawing())).data.startswith(b"\x89PNG")


async def test_a_process_killed_at_work_has_its_job_done_by_another() -> None:
    async with pool_of() as pool:
        first = pid_of(pool)
        os.kill(first, signal.SIGSTOP)
        work = asyncio.create_task(pool.run(OWNER, drawing()))
        await eventually(lambda: pool.at_work == 1)
        os.kill(first, signal.SIGKILL)
        assert (await work).data.startswith(b"\x89PNG")
        assert pid_of(pool) != first


async def test_a_job_that_loses_two_processes_is_given_up() -> None:
    async with pool_of() as pool:
        work = asyncio.create_task(_endless(pool))
        for _ in range(2):
            pid = await eventually(lambda: next(iter(pool.pids), 0), within=20)
            os.kill(pid, signal.SIGKILL)
            await eventually(gone(pool, pid))
        with pytest.raises(Invalid) as refused:
            await work
        assert refused.value.code == "render_too_expensive"
        assert (await pool.run(OWNER, drawing())).data


def gone(pool: RenderPool, pid: int) -> Callable[[], bool]:
    return lambda: pid not in pool.pids


async def _endless(pool: RenderPool) -> object:
    """A job that takes longer than this test needs to kill two processes."""
    return await pool.run(OWNER, drawing(4096, HEAVY, "webp"), seconds=60)


async def test_work_beyond_its_processor_time_ends_with_its_process() -> None:
    async with pool_of(seconds=0.1) as pool:
        first = pid_of(pool)
        with pytest.raises(Invalid) as refused:
            await pool.run(OWNER, drawing(4096, HEAVY, "webp"))
        assert refused.value.code == "render_too_expensive"
        assert (await pool.run(OWNER, drawing(), seconds=4)).data
        assert pid_of(pool) != first


async def test_a_process_that_says_nothing_is_ended_by_the_clock_on_the_wall() -> None:
    async with pool_of(seconds=0.2) as pool:
        first = pid_of(pool)
        os.kill(first, signal.SIGSTOP)
        with pytest.raises(Invalid) as refused:
            await pool.run(OWNER, drawing())
        assert refused.value.code == "render_too_expensive"
        await eventually(lambda: pool.pids and pid_of(pool) != first, within=20)


async def test_work_beyond_its_memory_is_refused_and_the_process_lives() -> None:
    async with pool_of(memory_bytes=24 * MEGABYTE) as pool:
        first = pid_of(pool)
        with pytest.raises(Invalid) as refused:
            await pool.run(OWNER, drawing(4096, HEAVY))
        assert refused.value.code == "render_too_expensive"
        assert (await pool.run(OWNER, drawing())).data
        assert pid_of(pool) == first


async def test_a_full_queue_says_come_back() -> None:
    async with pool_of(waiting=3) as pool:
        os.kill(pid_of(pool), signal.SIGSTOP)
        at_work = [asyncio.create_task(pool.run(OWNER, drawing()))]
        await eventually(lambda: pool.at_work == 1)
        at_work += [asyncio.create_task(pool.run(OWNER, drawing())) for _ in range(3)]
        await eventually(lambda: pool.waiting == 3)
        with pytest.raises(Unavailable) as busy:
            await pool.run(OWNER, drawing())
        assert (busy.value.code, busy.value.headers) == ("render_busy", {"Retry-After": "1"})
        os.kill(pid_of(pool), signal.SIGCONT)
        assert all(made.data for made in await asyncio.gather(*at_work))


async def test_a_burst_of_one_delays_another_by_one_image() -> None:
    done: list[str] = []

    def note(name: str) -> Callable[[asyncio.Task[object]], None]:
        return lambda _: done.append(name)

    async with pool_of(waiting=40, waiting_of_one=20) as pool:
        os.kill(pid_of(pool), signal.SIGSTOP)
        tasks: list[asyncio.Task[object]] = []
        for number in range(11):
            tasks.append(asyncio.create_task(pool.run(OWNER, drawing())))
            tasks[-1].add_done_callback(note(f"burst {number}"))
        await eventually(lambda: pool.waiting == 10)
        other = asyncio.create_task(pool.run(uuid4(), drawing()))
        other.add_done_callback(note("other"))
        await eventually(lambda: pool.waiting == 11)
        os.kill(pid_of(pool), signal.SIGCONT)
        await asyncio.gather(other, *tasks)
    assert done.index("other") <= 2


async def test_one_owner_never_fills_the_queue() -> None:
    async with pool_of(waiting=10, waiting_of_one=2) as pool:
        os.kill(pid_of(pool), signal.SIGSTOP)
        tasks = [asyncio.create_task(pool.run(OWNER, drawing()))]
        await eventually(lambda: pool.at_work == 1)
        tasks += [asyncio.create_task(pool.run(OWNER, drawing())) for _ in range(2)]
        await eventually(lambda: pool.waiting == 2)
        with pytest.raises(Unavailable):
            await pool.run(OWNER, drawing())
        tasks.append(asyncio.create_task(pool.run(uuid4(), drawing())))
        await eventually(lambda: pool.waiting == 3)
        os.kill(pid_of(pool), signal.SIGCONT)
        await asyncio.gather(*tasks)


async def test_whoever_gives_up_leaves_the_process_in_order() -> None:
    async with pool_of() as pool:
        first = pid_of(pool)
        os.kill(first, signal.SIGSTOP)
        work = asyncio.create_task(pool.run(OWNER, drawing()))
        await eventually(lambda: pool.at_work == 1)
        work.cancel()
        os.kill(first, signal.SIGCONT)
        assert (await pool.run(OWNER, drawing(256))).data
        assert pid_of(pool) == first


async def test_a_closed_pool_leaves_no_process() -> None:
    async with pool_of(processes=2) as pool:
        await eventually(lambda: len(pool.pids) == 2, within=20)
        pids = pool.pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    with pytest.raises(Unavailable):
        await pool.run(OWNER, drawing())


async def test_a_process_ends_when_the_api_is_gone() -> None:
    process = await DrawingProcess.start(768 * MEGABYTE)
    assert process._process.stdin is not None
    process._process.stdin.close()
    async with asyncio.timeout(5):
        assert await process._process.wait() == 0


async def test_a_process_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY_PEPPER", "a secret")
    process = await DrawingProcess.start(768 * MEGABYTE)
    try:
        environ = await asyncio.to_thread(Path(f"/proc/{process.pid}/environ").read_bytes)
        assert b"KEY_PEPPER" not in environ
        assert b"PATH" in environ
    finally:
        await process.stop()


async def test_what_is_no_picture_is_refused_in_words() -> None:
    async with pool_of() as pool:
        with pytest.raises(Invalid) as refused:
            await pool.run(OWNER, Decode(b"GIF89a", "/data", 2 * MEGABYTE))
        assert refused.value.errors[0].pointer == "/data"
