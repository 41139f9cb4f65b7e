"""What a role rests for: so long, and no longer than until it is asked to stop."""

import asyncio
import time

from qz_common.roles import pause

LONG_SECONDS = 60.0


async def test_a_pause_ends_by_itself() -> None:
    stop = asyncio.Event()
    await pause(stop, 0.001)
    assert not stop.is_set()


async def test_a_pause_ends_when_the_role_does() -> None:
    stop = asyncio.Event()
    began = time.monotonic()
    resting = asyncio.create_task(pause(stop, LONG_SECONDS))
    await asyncio.sleep(0)
    stop.set()
    await resting
    await pause(stop, LONG_SECONDS)
    assert time.monotonic() - began < LONG_SECONDS / 2
