"""The consumer on a real broker and a real store: exact, in order, and through outages."""

import math
from typing import Any

from aiokafka import AIOKafkaConsumer

from qz_analytics.ingest.service import Ingest
from qz_analytics.ingest.steps import MAX_TEXT
from qz_analytics.query.marks import marks
from qz_common.events import decode_tally, encode
from qz_common.kafka import KafkaSettings, make_consumer
from qz_common.topics import DEAD_SCANS, TALLIES, Topic
from tests.analytics.scans import Sender, consuming, kafka_settings, scan, sending
from tests.fixtures.broker import Broker
from tests.fixtures.wait import eventually

JOURNAL = 0xA1
NAME = f"{JOURNAL:016x}"
POISON = (
    b"",
    b"{",
    b"[]",
    b'{"journal":-1,"seq":1,"ts_ms":1700000000000}',
    b'{"journal":161,"seq":18446744073709551616,"ts_ms":1700000000000}',
    b'{"journal":7,"seq":1,"ts_ms":1700000000000}',  # under the key of another journal
    b'{"journal":161,"seq":"x","ts_ms":1700000000000}',
    b'{"x":' * 100_000,
    encode(scan(mode="both", seq=2)),
    encode(scan(ts_ms=5, seq=3)),
    encode(scan(ua="x" * (MAX_TEXT + 1), seq=4)),
)


async def test_repeats_and_reordered_sendings_are_stored_once(
    stores: str, kafka: KafkaSettings, sender: Sender
) -> None:
    events = [scan(seq=seq) for seq in range(1, 101)]
    async with consuming(stores, kafka) as running:
        await sender.send(events[:60])
        await sender.send(events[20:])
        await sender.send(events)
        await eventually(lambda: _dropped(running.ingest) == 140)
        assert await running.count() == 100
        assert await marks(running.store, 600) == {NAME: 100}


async def test_a_gap_is_told_and_a_late_scan_still_taken(
    stores: str, kafka: KafkaSettings, sender: Sender
) -> None:
    async with consuming(stores, kafka) as running:
        await sender.send([scan(seq=1), scan(seq=2), scan(seq=6)])
        await eventually(running.count)
        assert await marks(running.store, 600) == {NAME: 2}
        assert await marks(running.store, 0) == {NAME: 6}
        await sender.send(scan(seq=seq) for seq in (4, 3, 3, 5, 6))
        await eventually(lambda: _dropped(running.ingest) == 2)
        assert await running.count() == 6
        assert await marks(running.store, 600) == {NAME: 6}


async def test_marks_outlive_the_consumer(
    stores: str, kafka: KafkaSettings, sender: Sender
) -> None:
    async with consuming(stores, kafka) as running:
        await sender.send(scan(seq=seq) for seq in (1, 2, 5))
        await eventually(running.count)
    async with consuming(stores, kafka) as running:
        await sender.send(scan(seq=seq) for seq in (1, 2, 3, 5, 6))
        await eventually(lambda: _dropped(running.ingest) == 3)
        assert await running.count() == 5


async def test_poison_goes_to_the_dead_topic_and_stops_nothing(
    stores: str, kafka: KafkaSettings, sender: Sender
) -> None:
    async with consuming(stores, kafka) as running:
        await sender.send([scan(seq=1)])
        await sender.send_raw((JOURNAL, value) for value in POISON)
        await sender.send([scan(seq=5)])
        letters = await _read(kafka, DEAD_SCANS, len(POISON))
        assert {letter.value for letter in letters} == set(POISON)
        assert all(dict(letter.headers)["reason"] for letter in letters)
        assert await running.count() == 2
        # the numbers of 2, 3 and 4 were readable: they are told as dead, not as lost
        assert await marks(running.store, 600) == {NAME: 5}


async def test_a_topic_full_of_poison_stops_the_consumer_and_says_so(
    stores: str, kafka: KafkaSettings, sender: Sender
) -> None:
    async with consuming(stores, kafka, dead_in_row=50) as running:
        await sender.send_raw((JOURNAL, b"{") for _ in range(60))
        await eventually(lambda: running.ingest.metrics.stopped._value.get() == 1)
        assert math.isnan(running.ingest.metrics.lag._value.get())
        assert "dead records in a row" in (await running.trouble() or "")
        assert not running.task.done()


async def test_totals_are_absolute_and_count_humans_apart(
    stores: str, kafka: KafkaSettings, sender: Sender
) -> None:
    async with consuming(stores, kafka):
        await sender.send([scan(seq=1), scan(seq=2, method="HEAD"), scan(seq=3, source="link")])
        tally = decode_tally((await _read(kafka, TALLIES, 1))[-1].value)
    assert (tally.link, tally.total, tally.human, tally.symbol) == ("lnk_1", 3, 2, 1)


async def test_a_broker_that_comes_late_and_goes_is_waited_for(
    stores: str, own_broker: Broker, topic_prefix: str
) -> None:
    own_broker.kill()
    kafka = kafka_settings(own_broker, topic_prefix)
    async with consuming(stores, kafka) as running:
        await eventually(lambda: "Kafka" in running.ingest.trouble)
        own_broker.start()
        async with sending(kafka) as sender:
            await eventually(lambda: not running.ingest.trouble, within=15)
            await sender.send([scan(seq=1)])
            await eventually(running.count, within=15)
            assert await running.trouble() is None
        own_broker.kill()
        await eventually(running.trouble, within=20)


def _dropped(ingest: Ingest) -> float:
    return float(ingest.metrics.dropped.labels("repeat")._value.get())


async def _read(kafka: KafkaSettings, topic: Topic, count: int) -> list[Any]:
    consumer: AIOKafkaConsumer = make_consumer(kafka, topic)
    await consumer.start()
    found: list[Any] = []

    async def enough() -> bool:
        for records in (await consumer.getmany(timeout_ms=100)).values():
            found.extend(records)
        return len(found) >= count

    await eventually(enough, within=15)
    await consumer.stop()
    return found
