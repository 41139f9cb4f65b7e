"""Filling the topic `routing` from Postgres, when it is empty or somebody asks for it.

Every partition is closed with a marker, and Postgres remembers where each marker stands. A topic
without our markers at these places (a broker that forgot, another cluster, an aborted fill) is
filled anew.
"""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import asyncpg
import msgspec
from aiokafka import AIOKafkaProducer

from qz_api.connection import BareConnection, Connection
from qz_api.db import CONNECT_SECONDS
from qz_api.outbox import store
from qz_common.kafka import KafkaSettings
from qz_common.records import MarkerRecord, RoutingRecord, decode, encode, marker_key
from qz_common.topics import ROUTING

PAGE = 1000
RESTORE_STEP = 1 << 32
"""More versions than one deployment gives between two backups."""


async def reseed(
    conn: Connection,
    producer: AIOKafkaProducer,
    kafka: KafkaSettings,
    between: Callable[[], Awaitable[None]],
) -> int:
    """Publishes all routes, then the markers; `between` pages goes what was edited meanwhile."""
    topic = kafka.topic(ROUTING)
    published, last, id = 0, "", uuid4().hex
    await store.begin_fill(conn, topic, id)
    await between()
    while rows := await store.routes_after(conn, last, PAGE):
        sent = [await producer.send(topic, row["value"], key=row["key"].encode()) for row in rows]
        await asyncio.gather(*sent)
        published, last = published + len(rows), rows[-1]["key"]
        await between()
    await _close(conn, producer, topic, id)
    return published


async def republish(admin_dsn: str, *, after_restore: bool) -> None:
    """Tells the active relay to publish everything again.

    After a restore from a backup edges have seen versions that Postgres no longer knows of: all
    records get higher ones first.
    """
    conn: BareConnection = await asyncpg.connect(admin_dsn, timeout=CONNECT_SECONDS)
    try:
        async with conn.transaction():
            await conn.execute("SET LOCAL app.workspace = '*'")
            if after_restore:
                await _raise_versions(conn)
            await store.forget_markers(conn)
    finally:
        await conn.close()


async def _raise_versions(conn: Connection) -> None:
    await store.skip_versions(conn, RESTORE_STEP)
    await store.forget_waiting(conn)
    last = ""
    while rows := await store.every_route_after(conn, last, PAGE):
        for row in rows:
            await store.put_route_value(conn, row["key"], await _raised(conn, row["value"]))
        last = rows[-1]["key"]


async def _raised(conn: Connection, value: bytes) -> bytes:
    record: RoutingRecord = decode(value)
    version = await store.next_version(conn)
    return encode(msgspec.structs.replace(record, version=version))


async def _close(conn: Connection, producer: AIOKafkaProducer, topic: str, id: str) -> None:
    for partition in range(ROUTING.partitions):
        marker = MarkerRecord(version=await store.next_version(conn), id=id)
        placed = await producer.send_and_wait(
            topic, encode(marker), key=marker_key(partition).encode(), partition=partition
        )
        await store.put_marker(conn, topic, partition, id, placed.offset)
