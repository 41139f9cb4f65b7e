"""Keeps the replica up with the topic `routing`, from wherever it stopped.

Positions are stored beside the data, by topic name. A topic that was never followed (a new
prefix), or is another log than the one that was followed (see landmark.py), is read from its
beginning over what is there; versions keep the newer. A replica that
heard nothing for half the tombstone retention may have missed deletions: it is built anew beside
the old one, which serves until the new one has caught up.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import lmdb
import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from qz_common.errors import Retryable
from qz_common.kafka import KafkaSettings, ensure_topics, make_consumer
from qz_common.kafka_waits import stopped
from qz_common.records import marker_key
from qz_common.topics import ROUTING, TOMBSTONE_RETENTION
from qz_redirect.replica.landmark import Landmarks
from qz_redirect.replica.store import Generations, Position
from qz_redirect.replica.writer import Applied, Writer

TOO_OLD_MS = int(TOMBSTONE_RETENTION.total_seconds() * 1000) // 2
POLL_MS = 500
MAX_RECORDS = 20_000
HEARTBEAT_SECONDS = 30.0
SYNC_SECONDS = 5.0
STALL_SECONDS = 60.0
BACKOFF_SECONDS = (0.1, 0.3, 1.0, 2.0)

log = structlog.get_logger()


class Stalled(Retryable):
    """There is more to read, and nothing comes."""


@dataclass
class Progress:
    """What the follower knows about itself, for health and metrics."""

    usable: bool = False
    connected: bool = False
    compared: bool = False
    """The high watermark of every partition was seen."""
    caught_up: bool = False
    lag: int = 0
    version: int = 0
    stored: int = 0
    stale: int = 0
    bad: int = 0
    heard_at: float = field(default_factory=time.monotonic)

    def add(self, applied: Applied) -> None:
        self.stored += applied.stored
        self.stale += applied.stale
        self.bad += applied.bad
        self.version = max(self.version, applied.newest)


class Follower:
    def __init__(self, settings: KafkaSettings, generations: Generations) -> None:
        self.progress = Progress(usable=generations.current() is not None)
        self._settings = settings
        self._generations = generations
        self._topic = settings.topic(ROUTING)
        self._partitions = [TopicPartition(self._topic, n) for n in range(ROUTING.partitions)]
        self._writer: Writer | None = None
        self._rebuilding = False

    async def run(self) -> None:
        tries = 0
        while True:
            began = time.monotonic()
            try:
                await self._follow()
            except (KafkaError, OSError, TimeoutError, Retryable, lmdb.Error) as error:
                log.warning("routing can't be followed now", reason=str(error) or repr(error))
            self.progress.connected = False
            tries = 0 if time.monotonic() - began > STALL_SECONDS else tries + 1
            await asyncio.sleep(BACKOFF_SECONDS[min(tries, len(BACKOFF_SECONDS) - 1)])

    def writer_in_step(self) -> Writer | None:
        """Of a replica that has everything the topic has, as far as is known."""
        progress = self.progress
        in_step = progress.connected and progress.caught_up and not progress.lag
        return self._writer if in_step else None

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    async def _follow(self) -> None:
        await ensure_topics(self._settings, (ROUTING,))
        consumer = make_consumer(self._settings)
        try:
            await consumer.start()
            consumer.assign(self._partitions)
            writer = self._writer = self._writer or self._open_writer()
            landmarks = await self._seek(consumer, writer)
            self.progress.connected = True
            await self._read(consumer, writer, landmarks)
        finally:
            await stopped(consumer.stop())

    def _open_writer(self) -> Writer:
        """The replica that is there, or a fresh one beside it when it must not be continued."""
        current = self._generations.current()
        if current is not None:
            try:
                writer = Writer(current)
                if writer.is_current() and not _is_too_old(writer.positions()):
                    return writer
                writer.close()
                log.warning("the replica is too old to be continued and is built anew")
            except lmdb.Error as error:
                log.warning("the replica is damaged and is built anew", reason=str(error))
        self._rebuilding = True
        return Writer(self._generations.fresh())

    async def _seek(self, consumer: Any, writer: Writer) -> Landmarks:
        stored = await asyncio.to_thread(writer.positions)
        known = {p: stored[_name(p)] for p in self._partitions if _name(p) in stored}
        landmarks = Landmarks(known)
        for partition in self._partitions:
            if partition in known:
                consumer.seek(partition, landmarks.start(partition, known[partition].offset))
            else:
                await consumer.seek_to_beginning(partition)
        return landmarks

    async def _read(self, consumer: Any, writer: Writer, landmarks: Landmarks) -> None:
        goals: dict[TopicPartition, int] = {}
        synced_at = told_at = time.monotonic()
        while True:
            batches = await consumer.getmany(timeout_ms=POLL_MS, max_records=MAX_RECORDS)
            now = time.monotonic()
            if batches or now - told_at > HEARTBEAT_SECONDS:
                await self._apply(consumer, writer, landmarks, batches)
                told_at = now
            await self._note_progress(consumer, goals, bool(batches))
            if now - synced_at > SYNC_SECONDS:
                await asyncio.to_thread(self._housekeeping, writer)
                synced_at = now

    async def _apply(
        self, consumer: Any, writer: Writer, landmarks: Landmarks, batches: dict[Any, list[Any]]
    ) -> None:
        records = []
        for partition, batch in batches.items():
            passed = landmarks.passed(partition, batch)
            if passed is None:
                log.warning("another log has taken this place", partition=partition.partition)
                await consumer.seek_to_beginning(partition)
            else:
                records += [(record.key, record.value) for record in passed]
        now_ms = time.time_ns() // 1_000_000
        positions = {
            _name(partition): landmarks.position(
                partition, await consumer.position(partition), now_ms
            )
            for partition in self._partitions
        }
        self.progress.add(await asyncio.to_thread(writer.apply, records, positions))

    async def _note_progress(
        self, consumer: Any, goals: dict[TopicPartition, int], heard: bool
    ) -> None:
        """Ready when every partition reached the high watermark that was seen first."""
        lag, reached = 0, True
        for partition in self._partitions:
            high = consumer.highwater(partition)
            position = await consumer.position(partition)
            if high is None:
                reached = False
                continue
            goal = goals.setdefault(partition, high)
            reached = reached and position >= goal
            lag += max(0, high - position)
        self.progress.lag = lag
        self.progress.compared = len(goals) == len(self._partitions)
        if heard or not lag:
            self.progress.heard_at = time.monotonic()
        elif time.monotonic() - self.progress.heard_at > STALL_SECONDS:
            raise Stalled(f"{lag} records behind and nothing comes")
        if reached and not self.progress.caught_up:
            await self._catch_up(any(goals.values()))

    async def _catch_up(self, has_records: bool) -> None:
        writer = self._writer
        assert writer is not None
        if not await asyncio.to_thread(self._publish, writer, has_records):
            return
        self._rebuilding = False
        self.progress.caught_up = self.progress.usable = True
        log.info("the replica is up to date", codes=writer.entries())

    def _publish(self, writer: Writer, has_records: bool) -> bool:
        """A topic that was empty at first is no snapshot before its re-publish was closed by
        markers: until then it doesn't replace a replica that has something."""
        replaces = self._rebuilding and self._generations.current() is not None
        markers = [marker_key(partition.partition) for partition in self._partitions]
        if replaces and not has_records and not writer.has_records(markers):
            return False
        writer.keep_positions(_name(partition) for partition in self._partitions)
        writer.sync()
        self._generations.publish(writer.path)
        return True

    def _housekeeping(self, writer: Writer) -> None:
        writer.sync()
        writer.check_readers()
        writer.prune_salts()


def _name(partition: TopicPartition) -> str:
    return f"{partition.topic}/{partition.partition}"


def _is_too_old(positions: dict[str, Position]) -> bool:
    newest = max((position.seen_ms for position in positions.values()), default=0)
    return bool(positions) and time.time_ns() // 1_000_000 - newest > TOO_OLD_MS
