"""Producers, consumers and topics, made one way: acknowledged by all, committed by hand.

What a broker can't do is a setting (`KAFKA_IDEMPOTENCE`), never a guess. A consumer never
starts at "latest": what it has not seen it reads from the beginning, and identity drops repeats.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from qz_common.errors import Permanent
from qz_common.kafka_waits import STOP_SECONDS, stopped
from qz_common.settings import setting
from qz_common.topics import TOPICS, Topic, prefixed

REQUEST_TIMEOUT_MS = 10_000
MAX_BATCH_BYTES = 256 * 1024
SETTLE_SECONDS = 15.0
SETTLE_STEP_SECONDS = 0.05


@dataclass(frozen=True, kw_only=True)
class KafkaSettings:
    bootstrap: str = setting("KAFKA_BOOTSTRAP", "127.0.0.1:8721", "Brokers, `host:port,…`.")
    idempotence: bool = setting(
        "KAFKA_IDEMPOTENCE", True, "Idempotent producers; false for a broker that has none."
    )
    fetch_wait_ms: int = setting(
        "KAFKA_FETCH_WAIT_MS", 500, "Longest a fetch waits at the broker for new records."
    )
    topic_prefix: str = setting("TOPIC_PREFIX", "", "Put before every topic and group name.")
    replication: int = setting("KAFKA_REPLICATION", 1, "Replication of topics we create.")

    def topic(self, topic: Topic) -> str:
        return prefixed(self.topic_prefix, topic)

    def group(self, name: str) -> str:
        return f"{self.topic_prefix}{name}"


def make_producer(settings: KafkaSettings, **extra: Any) -> AIOKafkaProducer:
    return AIOKafkaProducer(
        bootstrap_servers=settings.bootstrap,
        acks="all",
        enable_idempotence=settings.idempotence,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
        max_batch_size=MAX_BATCH_BYTES,
        **extra,
    )


@asynccontextmanager
async def producing(
    settings: KafkaSettings, stop_seconds: float = STOP_SECONDS
) -> AsyncIterator[AIOKafkaProducer]:
    """A started producer. What it holds unacknowledged at the end is not waited for any longer."""
    producer = make_producer(settings)
    try:
        await producer.start()
        yield producer
    finally:
        await stopped(producer.stop(), stop_seconds)


def make_consumer(
    settings: KafkaSettings, *topics: Topic, group: str | None = None, **extra: Any
) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        *(settings.topic(topic) for topic in topics),
        bootstrap_servers=settings.bootstrap,
        group_id=settings.group(group) if group else None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=settings.fetch_wait_ms,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
        **extra,
    )


async def ensure_topics(settings: KafkaSettings, topics: Iterable[Topic] = TOPICS) -> None:
    """Creates what is missing; a topic with other partitions than ours is a Permanent error."""
    wanted = tuple(topics)
    admin = AIOKafkaAdminClient(
        bootstrap_servers=settings.bootstrap, request_timeout_ms=REQUEST_TIMEOUT_MS
    )
    try:
        await admin.start()
        for topic in wanted:
            await _create(admin, settings, topic)
        await _compare_partitions(admin, settings, wanted)
    finally:
        await admin.close()


async def _create(admin: AIOKafkaAdminClient, settings: KafkaSettings, topic: Topic) -> None:
    new = NewTopic(
        settings.topic(topic), topic.partitions, settings.replication, topic_configs=topic.config()
    )
    answer = await admin.create_topics([new])
    for _, code, *_ in answer.topic_errors:
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:
            raise error(f"creating {new.name}")


async def _compare_partitions(
    admin: AIOKafkaAdminClient, settings: KafkaSettings, topics: tuple[Topic, ...]
) -> None:
    """Waits for what was just created: a broker knows a new topic a moment before its leaders."""
    wanted = {settings.topic(topic): topic.partitions for topic in topics}
    async with asyncio.timeout(SETTLE_SECONDS):
        # a broker has no event to wait for
        while 0 in (found := await _partitions(admin, wanted)).values():  # noqa: ASYNC110
            await asyncio.sleep(SETTLE_STEP_SECONDS)
    for name, count in found.items():
        if count != wanted[name]:
            raise Permanent(
                f"topic {name} has {count} partitions, not {wanted[name]}: "
                "keys would move; create it anew or fix the deployment"
            )


async def _partitions(admin: AIOKafkaAdminClient, names: Iterable[str]) -> dict[str, int]:
    """How many partitions with a leader each topic has; 0 while one of them has none."""
    counts = dict.fromkeys(names, 0)
    for entry in await admin.describe_topics(list(counts)):
        if not any(partition["error_code"] for partition in entry["partitions"]):
            counts[entry["topic"]] = len(entry["partitions"])
    return counts
