"""From the journal to the topic, on a real broker: in order, nothing left out, kept until safe."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from qz_common.kafka import KafkaSettings
from qz_common.settings import load
from qz_common.topics import SCANS
from qz_redirect.journal import sender as sender_module
from qz_redirect.journal.cursor import Cursor, CursorFile
from qz_redirect.journal.fleet import Fleet, only_sender
from qz_redirect.journal.journal import Journal
from qz_redirect.journal.open import open_journal
from qz_redirect.journal.outlet import Outlet
from qz_redirect.journal.segment import segments
from qz_redirect.journal.sender import Confirmation, Sender
from qz_redirect.tasks import background
from tests.fixtures.broker import Broker
from tests.fixtures.scans import arriving, kafka_settings
from tests.fixtures.wait import eventually

SMALL_SEGMENT = 2_000


def write(journal: Journal, count: int) -> None:
    for _ in range(count):
        assert journal.append(b',"ts_ms":1,"slug":"abc"}')


class CountingOutlet(Outlet):
    batches = 0

    async def send(self, journal: int, events: list[bytes]) -> int:
        self.batches += 1
        return await super().send(journal, events)


@asynccontextmanager
async def sending(
    broker: Broker,
    prefix: str,
    root: Path,
    confirmation: Confirmation | None = None,
    outlet: Outlet | None = None,
) -> AsyncIterator[Fleet]:
    outlet = outlet or Outlet(kafka_settings(broker, prefix))
    fleet = Fleet(root, outlet, confirmation or Confirmation())
    try:
        async with background(fleet.run()):
            yield fleet
    finally:
        fleet.save()
        await outlet.close()


async def test_every_event_arrives_once_and_in_order(
    broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    journal = open_journal(tmp_path, SMALL_SEGMENT)
    async with arriving(kafka_settings(broker, topic_prefix)) as arrived:
        async with sending(broker, topic_prefix, tmp_path):
            for _ in range(20):
                write(journal, 50)
                await asyncio.sleep(0)
            await eventually(lambda: len(arrived.events) >= 1000, within=20)
        assert arrived.numbers == list(range(1, 1001))
        assert arrived.partitions == {journal.id: {journal.id % SCANS.partitions}}
    journal.close()


async def test_scans_that_come_one_by_one_are_sent_together(
    broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    journal = open_journal(tmp_path)
    outlet = CountingOutlet(kafka_settings(broker, topic_prefix), gather_seconds=0.5)
    async with (
        arriving(kafka_settings(broker, topic_prefix)) as arrived,
        sending(broker, topic_prefix, tmp_path, outlet=outlet),
    ):
        write(journal, 1)
        await eventually(lambda: len(arrived.events) == 1)
        for _ in range(50):
            write(journal, 1)
            await asyncio.sleep(0.001)
        await eventually(lambda: len(arrived.events) == 51)
        assert outlet.batches <= 3
    journal.close()


async def test_journals_of_edges_that_are_gone_are_sent_too(
    broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    gone, alive = open_journal(tmp_path), open_journal(tmp_path)
    write(gone, 5)
    write(alive, 7)
    gone.close()
    async with (
        arriving(kafka_settings(broker, topic_prefix)) as arrived,
        sending(broker, topic_prefix, tmp_path),
    ):
        await eventually(lambda: len(arrived.events) >= 12, within=20)
        assert len(arrived.distinct()) == len(arrived.events) == 12
    alive.close()


async def test_a_second_run_sends_only_what_is_new(
    broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    journal = open_journal(tmp_path)
    async with arriving(kafka_settings(broker, topic_prefix)) as arrived:
        for _ in range(2):
            write(journal, 10)
            async with sending(broker, topic_prefix, tmp_path):
                await eventually(lambda: len(arrived.events) >= journal.next_seq - 1, within=20)
        assert arrived.numbers == list(range(1, 21))
    journal.close()


async def test_acknowledged_segments_are_deleted_but_the_newest(
    broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    journal = open_journal(tmp_path, SMALL_SEGMENT)
    write(journal, 200)
    assert len(segments(journal.folder)) > 3
    async with sending(broker, topic_prefix, tmp_path):
        await eventually(lambda: len(segments(journal.folder)) == 1, within=20)
        write(journal, 1)
    journal.close()
    assert open_and_append(tmp_path) == 202


async def test_a_disk_without_room_for_the_cursor_ends_no_sender(
    broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    """Also one that has nothing to send; and what was sent makes the room that is wanting."""
    journal = open_journal(tmp_path, SMALL_SEGMENT)
    cursor = CursorFile(journal.folder / "cursor")
    full = journal.folder / "cursor.new"
    full.symlink_to("/dev/full")
    write(journal, 200)
    async with sending(broker, topic_prefix, tmp_path) as fleet:
        await eventually(lambda: fleet.senders and first(fleet).failures > 1, within=20)
        await eventually(lambda: len(segments(journal.folder)) == 1, within=20)
        write(journal, 1)
        await eventually(lambda: first(fleet).cursor.seq == 201, within=20)
        assert cursor.last() is None
        full.unlink()
        await eventually(lambda: (kept := cursor.last()) and kept.seq == 201, within=20)
    journal.close()


def open_and_append(root: Path) -> int:
    journal = open_journal(root)
    seq = journal.append(b',"ts_ms":1}')
    journal.close()
    return seq


async def test_with_stored_nothing_goes_before_analytics_has_it(
    broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    marks: dict[int, int] = {}
    journal = open_journal(tmp_path, SMALL_SEGMENT)
    write(journal, 200)
    before = len(segments(journal.folder))
    confirmed = Confirmation(lambda identity: marks.get(identity, 0))
    async with sending(broker, topic_prefix, tmp_path, confirmed) as fleet:
        await eventually(lambda: fleet.senders and first(fleet).cursor.seq == 200, within=20)
        await eventually(lambda: CursorFile(journal.folder / "cursor").path.exists(), within=20)
        assert len(segments(journal.folder)) == before
        middle = segments(journal.folder)[2].first_seq
        marks[journal.id] = middle
        await eventually(lambda: segments(journal.folder)[0].first_seq == middle, within=20)
        marks[journal.id] = 200
        await eventually(lambda: len(segments(journal.folder)) == 1, within=20)
    journal.close()


def first(fleet: Fleet) -> sender_module.Sender:
    return next(iter(fleet.senders.values()))


async def test_under_a_new_prefix_everything_not_stored_is_sent_again(
    broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    """The broker came back empty: acknowledgements of the old topic mean nothing."""
    journal = open_journal(tmp_path, SMALL_SEGMENT)
    write(journal, 100)
    stored = Confirmation(lambda _: 40)
    async with sending(broker, topic_prefix, tmp_path, stored) as fleet:
        await eventually(lambda: fleet.senders and first(fleet).cursor.seq == 100, within=20)
    after = f"{topic_prefix}after."
    async with (
        arriving(kafka_settings(broker, after)) as arrived,
        sending(broker, after, tmp_path, stored),
    ):
        await eventually(lambda: 100 in arrived.numbers, within=20)
        assert arrived.numbers == list(range(41, 101))
    journal.close()


async def test_a_broker_that_comes_late_gets_everything(
    own_broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    own_broker.stop()
    journal = open_journal(tmp_path)
    write(journal, 10)
    async with sending(own_broker, topic_prefix, tmp_path) as fleet:
        await eventually(lambda: fleet.senders and first(fleet).failures, within=20)
        own_broker.start()
        async with arriving(kafka_settings(own_broker, topic_prefix)) as arrived:
            await eventually(lambda: len(arrived.events) >= 10, within=30)
            assert arrived.numbers == list(range(1, 11))
    journal.close()


async def test_a_broker_that_stands_still_delays_and_loses_nothing(
    own_broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    journal = open_journal(tmp_path)
    settings = kafka_settings(own_broker, topic_prefix)
    async with sending(own_broker, topic_prefix, tmp_path), arriving(settings) as arrived:
        write(journal, 10)
        await eventually(lambda: len(arrived.events) == 10, within=20)
        own_broker.pause()
        write(journal, 1000)
        own_broker.resume()
        await eventually(lambda: 1010 in arrived.numbers, within=40)
        assert set(arrived.numbers) == set(range(1, 1011))
    journal.close()


async def test_damage_inside_a_journal_is_passed_and_counted(
    broker: Broker, topic_prefix: str, tmp_path: Path
) -> None:
    journal = open_journal(tmp_path, SMALL_SEGMENT)
    write(journal, 100)
    spoiled = segments(journal.folder)[1]
    spoiled.path.write_bytes(spoiled.path.read_bytes()[:-1] + b"\0")
    async with (
        arriving(kafka_settings(broker, topic_prefix)) as arrived,
        sending(broker, topic_prefix, tmp_path) as fleet,
    ):
        await eventually(lambda: 100 in arrived.numbers, within=20)
        assert len(arrived.numbers) == 99
        assert fleet.damaged_bytes() > 0
    journal.close()


def test_a_cursor_that_can_not_be_saved_keeps_no_other_from_it(tmp_path: Path) -> None:
    outlet = Outlet(load(KafkaSettings, {}))
    fleet = Fleet(tmp_path, outlet, Confirmation())
    journals = [open_journal(tmp_path) for _ in range(2)]
    for journal in journals:
        sender = fleet.senders[journal.folder] = Sender(journal.folder, outlet, Confirmation())
        sender.cursor = Cursor(outlet.topic, 3)
        journal.close()
    full, fine = fleet.senders
    (full / "cursor.new").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space"):
        fleet.save()
    assert CursorFile(fine / "cursor").last() == Cursor(outlet.topic, 3)


async def test_a_second_sender_waits_for_the_first(tmp_path: Path) -> None:
    entered = asyncio.Event()

    async def second(stop: asyncio.Event) -> bool:
        async with only_sender(tmp_path, stop) as alone:
            entered.set()
            return alone

    stopped = asyncio.Event()
    async with only_sender(tmp_path, asyncio.Event()):
        patient = asyncio.create_task(second(asyncio.Event()))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(entered.wait(), 0.2)
        stopped.set()
        assert await second(stopped) is False
    assert await asyncio.wait_for(patient, 5) is True
