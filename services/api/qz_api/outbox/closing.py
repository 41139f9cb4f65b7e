"""Ending what may hang: a Kafka client that has lost its broker stops late, or never."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

STOP_SECONDS = 3.0
log = structlog.get_logger()


async def close_within(closing: Coroutine[Any, Any, Any], seconds: float = STOP_SECONDS) -> None:
    """Waits so long and no longer, whatever becomes of it; what it still held is not needed."""
    task = asyncio.ensure_future(closing)
    done, _ = await asyncio.wait([task], timeout=seconds)
    if not done:
        task.cancel()
        log.warning("a Kafka client did not stop in time")
    elif error := task.exception():
        log.warning("a Kafka client did not stop in order", reason=repr(error))
