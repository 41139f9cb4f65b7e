"""Work that runs beside a role, and ends it when it fails."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Coroutine
from typing import Any

GC_THRESHOLDS = (50_000, 20, 100)


@contextlib.asynccontextmanager
async def background(work: Coroutine[Any, Any, None]) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


async def until(stop: asyncio.Event, *tasks: asyncio.Task[None]) -> None:
    """A task that ends before the stop is a defect: its error is raised."""
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for task in tasks:
        if task.done():
            task.result()


def spare_the_collector() -> None:
    """Neither hits nor records that are applied make cycles: looking for some among thousands of
    objects only takes time from them. Young objects are still looked at."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
