"""Waits for a Kafka client that end: one that has lost its broker may look for it for ever, and a
process that was asked to end would wait with it.
"""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

import structlog
from aiokafka.errors import KafkaTimeoutError

ANSWER_SECONDS = 5.0
STOP_SECONDS = 5.0
Answer = TypeVar("Answer")
log = structlog.get_logger()


async def answered(question: Awaitable[Answer]) -> Answer:
    """What the group's coordinator says; KafkaTimeoutError when it says nothing in time."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await question
    except TimeoutError:
        raise KafkaTimeoutError(f"no coordinator for {ANSWER_SECONDS:.0f} s") from None


async def stopped(stopping: Coroutine[Any, Any, Any], seconds: float = STOP_SECONDS) -> None:
    """Waits so long and no longer, whatever becomes of it; what it still held is not needed."""
    task = asyncio.ensure_future(stopping)
    _, pending = await asyncio.wait([task], timeout=seconds)
    if pending:
        task.cancel()
        log.warning("a Kafka client does not end and is left behind", seconds=seconds)
    elif not task.cancelled() and (error := task.exception()):
        log.warning("a Kafka client ended badly", reason=repr(error)[:300])
