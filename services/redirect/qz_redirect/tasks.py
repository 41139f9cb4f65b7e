"""Work that runs beside a role, and ends it when it fails."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Coroutine
from typing import Any

GC_THRESHOLDS = (50_000, 20, 100)


@contextlib.asynccontextmanager
async def background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Beside the body, and no longer. When it fails, the body is cancelled and its error raised."""
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(work)
            yield
            task.cancel()
    except BaseExceptionGroup as failures:
        # the first alone, as it was raised: what a person reads at the end of a role
        first = failures.exceptions[0]
        raise first from first.__cause__


def spare_the_collector() -> None:
    """Neither hits nor records that are applied make cycles: looking for some among thousands of
    objects only takes time from them. Young objects are still looked at."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
