"""Closing a Kafka client in bounded time: in a lost session it may hang, or end as cancelled."""

import asyncio
from collections.abc import Coroutine

import structlog

STOP_SECONDS = 5.0

log = structlog.get_logger()


async def close(stopping: Coroutine[None, None, None]) -> None:
    task = asyncio.ensure_future(stopping)
    _, pending = await asyncio.wait([task], timeout=STOP_SECONDS)
    if pending:
        task.cancel()
        log.warning("client_did_not_close", seconds=STOP_SECONDS)
    elif not task.cancelled() and (error := task.exception()):
        log.warning("client_closed_badly", error=str(error)[:300])
