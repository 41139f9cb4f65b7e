"""Records of calls, gathered in memory and sent beside the calls.

Nothing here slows or fails a call. While the broker is away records wait, and what finds no more
room is dropped and counted; what a killed process had not sent is lost. A reader sees either as a
gap in `seq`, and a record that was sent twice by its `(process, seq)`.
"""

import asyncio
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import islice

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from qz_api.calls.settings import CallSettings
from qz_api.http.state import RequestState
from qz_api.metrics import ApiMetrics
from qz_common.events import RequestRecord, encode
from qz_common.kafka import KafkaSettings, ensure_topics, producing
from qz_common.topics import REQUESTS

MOST_WAITING = 20_000
BATCH = 1000
REST_SECONDS = 0.5
SEND_SECONDS = 5.0
LAST_SECONDS = 2.0
"""For what still waits at the end of the process."""
BACKOFF_SECONDS = 2.0
log = structlog.get_logger()


class CallLog:
    def __init__(self, metrics: ApiMetrics, most_waiting: int = MOST_WAITING) -> None:
        self.process = secrets.randbits(63)
        self._metrics = metrics
        self._most_waiting = most_waiting
        self._seq = 0
        self._waiting: deque[RequestRecord] = deque()

    def note(self, state: RequestState, *, method: str, status: int, ms: float) -> None:
        """A call of nobody we know has no workspace, and no record."""
        principal = state.principal
        if principal is None:
            return
        self._seq += 1
        if len(self._waiting) >= self._most_waiting:
            self._metrics.request_records.labels("dropped").inc()
            return
        self._waiting.append(
            RequestRecord(
                process=self.process,
                seq=self._seq,
                ts_ms=time.time_ns() // 1_000_000,
                id=state.request_id,
                workspace=principal.workspace_id,
                mode=principal.mode,
                principal=principal.id,
                method=method,
                route=state.route,
                status=status,
                ms=ms,
                code=state.code,
                units=state.units,
            )
        )

    async def send_for_ever(self, kafka: KafkaSettings) -> None:
        while True:
            try:
                await ensure_topics(kafka, (REQUESTS,))
                async with producing(kafka, LAST_SECONDS) as producer:
                    await self._send_on(producer, kafka.topic(REQUESTS))
            except (KafkaError, OSError, TimeoutError) as error:
                log.warning("records of calls wait", reason=repr(error), rows=len(self._waiting))
                await asyncio.sleep(BACKOFF_SECONDS)

    async def _send_on(self, producer: AIOKafkaProducer, topic: str) -> None:
        try:
            while True:
                await asyncio.sleep(REST_SECONDS)
                await self._send(producer, topic)
        except asyncio.CancelledError:
            with suppress(KafkaError, TimeoutError):
                async with asyncio.timeout(LAST_SECONDS):
                    await self._send(producer, topic)
            raise

    async def _send(self, producer: AIOKafkaProducer, topic: str) -> None:
        while self._waiting:
            batch = list(islice(self._waiting, BATCH))
            async with asyncio.timeout(SEND_SECONDS):
                sent = [
                    await producer.send(topic, encode(each), key=each.workspace.encode())
                    for each in batch
                ]
                await asyncio.gather(*sent)
            for _ in batch:
                self._waiting.popleft()
            self._metrics.request_records.labels("sent").inc(len(batch))


@asynccontextmanager
async def recording(settings: CallSettings, metrics: ApiMetrics) -> AsyncIterator[CallLog | None]:
    """None where records are not wanted."""
    if not settings.recorded:
        yield None
        return
    calls = CallLog(metrics)
    sending = asyncio.create_task(calls.send_for_ever(settings.kafka))
    try:
        yield calls
    finally:
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending
