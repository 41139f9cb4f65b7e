"""The replica on disk: newest version wins, positions move with the data, readers follow."""

import shutil
import subprocess
import sys
import textwrap
from datetime import date
from pathlib import Path

import pytest

from qz_common.records import (
    DomainRecord,
    PageRecord,
    SaltRecord,
    code_key,
    decode,
    domain_key,
    encode,
    page_key,
    salt_key,
)
from qz_redirect.replica.reader import Reader
from qz_redirect.replica.row import record_of
from qz_redirect.replica.store import Generations, Position
from tests.fixtures.edge import code, put, slugs
from tests.fixtures.replica import WriterElsewhere

SMALL_MAP = 1 << 20
KEY = code_key("", "abc").encode()


def version(reader: Reader, key: bytes = b"/abc") -> int | None:
    value = reader.get(key)
    return None if value is None else decode(record_of(value)).version


@pytest.fixture
def writer(tmp_path: Path) -> WriterElsewhere:
    generations = Generations(tmp_path / "replica")
    writer = WriterElsewhere(generations.fresh(), SMALL_MAP)
    writer.apply([])
    generations.publish(writer.path)
    return writer


@pytest.fixture
def reader(writer: WriterElsewhere, tmp_path: Path) -> Reader:
    return Reader(tmp_path / "replica")


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(("versions", "kept"), [((1, 2), 2), ((2, 1), 2), ((3, 3), 3)])
def test_the_newest_version_wins_whatever_the_order(
    writer: WriterElsewhere, reader: Reader, versions: tuple[int, int], kept: int, together: bool
) -> None:
    records = [(KEY, encode(code(version=number))) for number in versions]
    for batch in [records] if together else [[record] for record in records]:
        writer.apply(batch)
    assert version(reader) == kept


def test_a_null_removes_a_record(writer: WriterElsewhere, reader: Reader) -> None:
    writer.apply([(KEY, encode(code(version=5)))])
    writer.apply([(KEY, None)])
    assert reader.get(b"/abc") is None
    writer.apply([(KEY, encode(code(version=1))), (KEY, None)])
    assert reader.get(b"/abc") is None


def test_what_cant_be_read_is_counted_and_passed(writer: WriterElsewhere, reader: Reader) -> None:
    applied = writer.apply(
        [
            (KEY, b"{"),
            (KEY, b'{"type":"code","version":"x"}'),
            (b"comet:x", b'{"type":"comet","version":1}'),
            (None, encode(code())),
            (b"code:/" + b"x" * 600, encode(code())),
            (KEY, encode(code(version=2))),
        ],
        {"routing/0": Position(6, 1)},
    )
    assert (applied.stored, applied.bad) == (1, 5)
    assert version(reader) == 2
    assert writer.call("positions") == {"routing/0": Position(6, 1)}


def test_data_and_positions_are_one_transaction(tmp_path: Path) -> None:
    """Killed over and over while it applies: a position never promises what isn't there."""
    script = """
        import sys
        from pathlib import Path
        from qz_common.records import encode
        from qz_redirect.replica.store import Generations, Position
        from qz_redirect.replica.writer import Writer
        from tests.fixtures.edge import code
        generations = Generations(Path(sys.argv[1]))
        writer = Writer(generations.current() or generations.fresh())
        generations.publish(writer.path)
        number = max((p.offset for p in writer.positions().values()), default=0)
        while True:
            number += 1
            key = b"code:/s%d" % number
            writer.apply([(key, encode(code(version=number)))], {"t/0": Position(number, 1)})
            print(number, flush=True)
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(tmp_path / "replica")]
    for _ in range(4):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for _ in range(60):
                assert process.stdout.readline()
            process.kill()
    reader = Reader(tmp_path / "replica")
    writer = WriterElsewhere(Generations(tmp_path / "replica").current() or tmp_path)
    offset = writer.call("positions")["t/0"].offset
    assert offset >= 240
    assert reader.entries() == offset
    assert version(reader, b"/s%d" % offset) == offset


def test_the_map_grows_under_open_readers(writer: WriterElsewhere, reader: Reader) -> None:
    writer.apply([(KEY, encode(code()))])
    assert version(reader) == 1
    large = "https://example.com/" + "x" * 1500
    for start in range(0, 3000, 1000):
        batch = [
            (code_key("", f"s{number}").encode(), encode(code(location=large)))
            for number in range(start, start + 1000)
        ]
        writer.apply(batch)
        assert version(reader) == 1
    assert reader.entries() == 3001
    assert reader.get(b"/s2999") is not None


def test_a_reader_follows_a_new_generation(tmp_path: Path) -> None:
    put(tmp_path, slugs(abc=code(version=1)))
    reader = Reader(tmp_path / "replica")
    assert version(reader) == 1
    generations = Generations(tmp_path / "replica")
    fresh = WriterElsewhere(generations.fresh())
    fresh.apply([(KEY, encode(code(version=7)))])
    reader.refresh()
    assert version(reader) == 1
    old = generations.current()
    generations.publish(fresh.path)
    assert version(reader) == 1
    reader.refresh()
    assert version(reader) == 7
    assert old is not None
    assert not old.exists()


def test_a_reader_follows_a_replica_that_was_removed_and_made_anew(tmp_path: Path) -> None:
    """Its first generation has the name of the one that is still open."""
    put(tmp_path, slugs(abc=code(version=1)))
    reader = Reader(tmp_path / "replica")
    small = reader.small_things()
    shutil.rmtree(tmp_path / "replica")
    reader.refresh()
    assert version(reader) == 1
    put(tmp_path, slugs(abc=code(version=2)))
    reader.refresh()
    assert version(reader) == 2
    assert reader.small_things() != small


def test_no_replica_is_no_answer_and_no_error(tmp_path: Path) -> None:
    reader = Reader(tmp_path / "replica")
    assert not reader.usable
    assert reader.get(b"/abc") is None
    assert reader.page("pg_1") is None
    assert (reader.domains(), reader.salts(), reader.entries()) == ([], [], 0)


def test_a_spoiled_pointer_is_no_replica(tmp_path: Path) -> None:
    put(tmp_path, slugs(abc=code()))
    (tmp_path / "replica" / "CURRENT").write_text("")
    assert not Reader(tmp_path / "replica").usable


def test_pages_domains_and_salts_are_found(writer: WriterElsewhere, reader: Reader) -> None:
    before = reader.small_things()
    page = PageRecord(version=1, id="pg_1", workspace="ws_1")
    domain = DomainRecord(version=1, host="go.acme.example", workspace="ws_1")
    salt = SaltRecord(version=1, day="2026-05-01", salt="s")
    writer.apply([(page_key("pg_1").encode(), encode(page))])
    assert reader.small_things() == before
    writer.apply(
        [
            (domain_key(domain.host).encode(), encode(domain)),
            (salt_key(salt.day).encode(), encode(salt)),
        ],
    )
    assert reader.small_things() != before
    assert reader.page("pg_1") == page
    assert reader.domains() == [domain]
    assert reader.domain("go.acme.example") == domain
    assert reader.salts() == [salt]


def test_salts_older_than_yesterday_are_removed(writer: WriterElsewhere, reader: Reader) -> None:
    days = ["2026-04-28", "2026-04-30", "2026-05-01", "2026-05-02"]
    for day in days:
        record = SaltRecord(version=1, day=day, salt="s")
        writer.apply([(salt_key(day).encode(), encode(record))])
    writer.call("prune_salts", date(2026, 5, 1))
    assert [salt.day for salt in reader.salts()] == days[1:]


def test_positions_of_topics_not_followed_are_forgotten(writer: WriterElsewhere) -> None:
    writer.apply([], {"old.routing/0": Position(5, 1), "new.routing/0": Position(2, 1)})
    writer.call("keep_positions", ["new.routing/0"])
    assert writer.call("positions") == {"new.routing/0": Position(2, 1)}
