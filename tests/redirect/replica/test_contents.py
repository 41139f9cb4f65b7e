"""A replica gives what it holds in the order of whole keys, as it was published."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from qz_common.records import PageRecord, encode
from qz_common.route_digest import hash_of
from qz_redirect.replica.writer import Writer
from tests.fixtures.edge import code

RECORDS = {
    b"code:/abc": encode(code(version=3)),
    b"code:/abd": encode(code("lnk_2", 4, status="deleted")),
    b"code:go.example/abc": encode(code("lnk_3", 5)),
    b"domain:go.example": b'{"type":"domain","version":7,"host":"go.example","workspace":"ws_1"}',
    b"page:pg_1": encode(PageRecord(version=6, id="pg_1", workspace="ws_1")),
}
ALL = [(key, hash_of(value)) for key, value in sorted(RECORDS.items())]
KEYS = [key for key, _ in ALL]


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    opened = Writer(tmp_path / "000001")
    uncompared = {
        b"marker:0": b'{"type":"marker","version":1,"id":"m"}',
        b"salt:2026-01-01": b'{"type":"salt","version":1,"day":"2026-01-01","salt":"s"}',
    }
    opened.apply([*RECORDS.items(), *uncompared.items()], {})
    yield opened
    opened.close()


def test_all_of_it(writer: Writer) -> None:
    assert writer.hashed("", "", 100) == ALL


@pytest.mark.parametrize("after", ["", *(key.decode() for key in KEYS), "code", "code:/abcd", "z"])
@pytest.mark.parametrize("last", ["", *(key.decode() for key in KEYS), "b", "code:/abcd", "z"])
def test_any_range_of_it(writer: Writer, after: str, last: str) -> None:
    wanted = [
        pair for pair in ALL if pair[0].decode() > after and (not last or pair[0].decode() <= last)
    ]
    assert writer.hashed(after, last, 100) == wanted


def test_no_more_than_asked_for(writer: Writer) -> None:
    assert writer.hashed("", "", 2) == ALL[:2]


@pytest.mark.parametrize("key", KEYS)
def test_what_is_as_it_was_seen_is_removed(writer: Writer, key: bytes) -> None:
    assert writer.remove({key: hash_of(RECORDS[key])}, newest=7) == 1
    assert key not in dict(writer.hashed("", "", 100))


def test_what_has_changed_meanwhile_or_is_newer_or_gone_is_left(writer: Writer) -> None:
    seen = {
        b"code:/abc": hash_of(b"other"),
        b"code:/abd": hash_of(RECORDS[b"code:/abd"]),
        b"code:/gone": hash_of(b"x"),
    }
    assert writer.remove(seen, newest=3) == 0
    assert writer.hashed("", "", 100) == ALL
