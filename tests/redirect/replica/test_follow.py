"""The replica keeps up with `routing` on a real broker, from wherever it stopped."""

import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from aiokafka import AIOKafkaProducer

from qz_common.kafka import KafkaSettings, ensure_topics, make_producer
from qz_common.records import CodeRecord, MarkerRecord, code_key, encode, marker_key
from qz_common.topics import ROUTING
from qz_redirect.replica.follow import TOO_OLD_MS, Follower
from qz_redirect.replica.reader import Reader
from qz_redirect.replica.row import record_of
from qz_redirect.replica.store import Generations, Position
from qz_redirect.tasks import background
from tests.fixtures.broker import Broker
from tests.fixtures.edge import code, put, slugs
from tests.fixtures.replica import WriterElsewhere
from tests.fixtures.scans import kafka_settings
from tests.fixtures.wait import eventually


@asynccontextmanager
async def publishing(settings: KafkaSettings) -> AsyncIterator[AIOKafkaProducer]:
    await ensure_topics(settings, (ROUTING,))
    producer = make_producer(settings)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def publish(producer: AIOKafkaProducer, settings: KafkaSettings, **records: object) -> None:
    """Records by slug; None is a null, bytes are sent as they are."""
    for slug, record in records.items():
        value = encode(record) if isinstance(record, CodeRecord) else record
        key = code_key("", slug).encode()
        await producer.send_and_wait(settings.topic(ROUTING), value, key=key)


async def close_republish(producer: AIOKafkaProducer, settings: KafkaSettings) -> None:
    topic = settings.topic(ROUTING)
    for number in range(ROUTING.partitions):
        marker = encode(MarkerRecord(version=1, id="m"))
        key = marker_key(number).encode()
        await producer.send_and_wait(topic, marker, key=key, partition=number)


@asynccontextmanager
async def following(settings: KafkaSettings, root: Path) -> AsyncIterator[Follower]:
    follower = Follower(settings, Generations(root))
    try:
        async with background(follower.run()):
            yield follower
    finally:
        follower.close()


def stored(root: Path, slug: str) -> CodeRecord | None:
    """Read when no writer of this process is open."""
    reader = Reader(root)
    value = reader.get(f"/{slug}".encode())
    reader.close()
    return None if value is None else msgspec.json.decode(record_of(value), type=CodeRecord)


async def test_what_was_published_before_is_there_when_it_is_ready(
    broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    settings = kafka_settings(broker, topic_prefix)
    async with publishing(settings) as producer:
        await publish(producer, settings, **{f"s{n}": code(version=n) for n in range(1, 300)})
    async with following(settings, tmp_path) as follower:
        await eventually(lambda: follower.progress.caught_up, within=20)
        assert follower.progress.usable
        assert follower.progress.stored == 299
        assert follower.progress.version == 299
    assert stored(tmp_path, "s299") == code(version=299)


async def test_other_work_goes_on_while_it_is_made_durable_and_published(
    broker: Broker, topic_prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large replica takes seconds to sync, and its predecessor to delete."""
    threads: list[threading.Thread] = []
    publish = Generations.publish

    def note(generations: Generations, path: Path) -> None:
        threads.append(threading.current_thread())
        publish(generations, path)

    monkeypatch.setattr(Generations, "publish", note)
    async with following(kafka_settings(broker, topic_prefix), tmp_path) as follower:
        await eventually(lambda: follower.progress.caught_up, within=20)
    assert threads
    assert threading.main_thread() not in threads


async def test_an_edit_arrives_while_it_follows(
    broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    settings = kafka_settings(broker, topic_prefix)
    async with publishing(settings) as producer, following(settings, tmp_path) as follower:
        await eventually(lambda: follower.progress.caught_up, within=20)
        await publish(producer, settings, abc=code(version=1))
        await publish(producer, settings, abc=code(version=2), gone=code(version=1))
        await publish(producer, settings, gone=None, abc=code(version=1))
        await eventually(lambda: follower.progress.stale, within=10)
    assert stored(tmp_path, "abc") == code(version=2)
    assert stored(tmp_path, "gone") is None


async def test_a_restart_goes_on_where_it_stopped(
    broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    settings = kafka_settings(broker, topic_prefix)
    async with publishing(settings) as producer:
        await publish(producer, settings, one=code(version=1))
        async with following(settings, tmp_path) as first:
            await eventually(lambda: first.progress.stored, within=20)
        await publish(producer, settings, two=code(version=2))
    async with following(settings, tmp_path) as second:
        await eventually(lambda: second.progress.caught_up, within=20)
        assert second.progress.stored == 1
    assert stored(tmp_path, "one")
    assert stored(tmp_path, "two")


async def test_another_log_under_the_same_name_is_read_from_its_beginning(
    own_broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    """Wiped and filled again past the stored position: going on there would miss `early`."""
    if own_broker.keeps_data:
        pytest.skip("this broker can't be wiped by a restart")
    settings = kafka_settings(own_broker, topic_prefix)
    async with publishing(settings) as producer:
        await publish(producer, settings, **{f"s{n}": code(version=9) for n in range(40)})
    async with following(settings, tmp_path) as first:
        await eventually(lambda: first.progress.caught_up, within=20)
    own_broker.stop()
    own_broker.start()
    async with publishing(settings) as producer:
        await publish(producer, settings, **{f"early{n}": code(version=9) for n in range(40)})
        await publish(producer, settings, **{f"s{n}": code(version=3) for n in range(40)})
        async with following(settings, tmp_path) as second:
            await eventually(lambda: second.progress.caught_up, within=20)
            assert (second.progress.stored, second.progress.stale) == (40, 40)
    assert stored(tmp_path, "early0") == code(version=9)
    assert stored(tmp_path, "s0") == code(version=9)


async def test_a_replica_of_an_earlier_form_serves_and_is_built_anew(
    broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    settings = kafka_settings(broker, topic_prefix)
    root = tmp_path / "replica"
    put(tmp_path, slugs(abc=code()), {f"{settings.topic(ROUTING)}/0": now(0)})
    before = Generations(root).current()
    assert before is not None
    WriterElsewhere(before).call("set_format", b"1")
    async with publishing(settings) as producer:
        await publish(producer, settings, abc=code(version=2))
        async with following(settings, root) as follower:
            assert follower.progress.usable
            await eventually(lambda: follower.progress.caught_up, within=20)
    assert Generations(root).current() != before
    assert stored(root, "abc") == code(version=2)


async def test_nothing_unreadable_stops_it(
    broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    settings = kafka_settings(broker, topic_prefix)
    async with publishing(settings) as producer, following(settings, tmp_path) as follower:
        await publish(producer, settings, bad=b"\xff{", strange=b'{"type":"comet"}')
        await publish(producer, settings, good=code())
        progress = follower.progress
        await eventually(lambda: (progress.stored, progress.bad) == (1, 2), within=20)
    assert stored(tmp_path, "good")


async def test_a_new_prefix_is_read_over_what_is_there(
    broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    """A broker that forgot: older versions of the re-publish are ignored, newer are taken."""
    put(tmp_path, slugs(abc=code(version=5), old=code(version=1)), {"was.routing/0": now(9)})
    settings = kafka_settings(broker, topic_prefix)
    root = tmp_path / "replica"
    async with publishing(settings) as producer, following(settings, root) as follower:
        assert follower.progress.usable
        await publish(producer, settings, abc=code(version=4), new=code(version=1))
        await eventually(lambda: follower.progress.stored, within=20)
        await eventually(lambda: follower.progress.caught_up, within=20)
    assert stored(root, "abc") == code(version=5)
    assert stored(root, "old") == code(version=1)
    assert stored(root, "new") == code(version=1)
    current = Generations(root).current()
    assert current is not None
    positions = WriterElsewhere(current).call("positions")
    assert {name.rpartition("/")[0] for name in positions} == {settings.topic(ROUTING)}


async def test_a_replica_too_old_is_built_anew_beside_the_one_that_serves(
    broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    """A deletion that was missed may be gone from the topic: only a fresh start forgets it."""
    settings = kafka_settings(broker, topic_prefix)
    root = tmp_path / "replica"
    past = Position(0, now(0).seen_ms - TOO_OLD_MS - 1000)
    put(tmp_path, slugs(ghost=code()), {f"{settings.topic(ROUTING)}/0": past})
    before = Generations(root).current()
    async with publishing(settings) as producer:
        await publish(producer, settings, abc=code())
        async with following(settings, root) as follower:
            assert follower.progress.usable
            await eventually(lambda: follower.progress.caught_up, within=20)
    assert Generations(root).current() != before
    assert stored(root, "abc")
    assert stored(root, "ghost") is None


async def test_an_empty_topic_does_not_replace_an_old_replica(
    broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    settings = kafka_settings(broker, topic_prefix)
    root = tmp_path / "replica"
    past = Position(0, now(0).seen_ms - TOO_OLD_MS - 1000)
    put(tmp_path, slugs(abc=code()), {f"{settings.topic(ROUTING)}/0": past})
    before = Generations(root).current()
    async with publishing(settings) as producer, following(settings, root) as follower:
        await eventually(lambda: follower.progress.compared, within=20)
        assert Generations(root).current() == before
        await publish(producer, settings, abc=code(version=2))
        await eventually(lambda: follower.progress.stored, within=20)
        assert Generations(root).current() == before
        await close_republish(producer, settings)
        await eventually(lambda: follower.progress.caught_up, within=20)
    assert Generations(root).current() != before
    assert stored(root, "abc") == code(version=2)


async def test_a_damaged_replica_is_built_anew(
    broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    settings = kafka_settings(broker, topic_prefix)
    root = tmp_path / "replica"
    put(tmp_path, slugs(ghost=code()))
    current = Generations(root).current()
    assert current is not None
    (current / "data.mdb").write_bytes(b"no database" * 1000)
    async with publishing(settings) as producer:
        await publish(producer, settings, abc=code())
        async with following(settings, root) as follower:
            await eventually(lambda: follower.progress.caught_up, within=20)
    assert stored(root, "abc")


async def test_it_waits_for_a_broker_that_is_away_and_says_so(
    own_broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    own_broker.stop()
    put(tmp_path, slugs(abc=code()))
    settings = kafka_settings(own_broker, topic_prefix)
    async with following(settings, tmp_path / "replica") as follower:
        assert follower.progress.usable
        assert not follower.progress.connected
        own_broker.start()
        await eventually(lambda: follower.progress.caught_up, within=30)


def now(offset: int) -> Position:
    return Position(offset, time.time_ns() // 1_000_000)
