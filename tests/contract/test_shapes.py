"""Bytes that an earlier release wrote still mean the same; what we write today is held as bytes.

A new field of a shape appends a line to its golden file; an existing line never changes.
"""

from pathlib import Path

import msgspec
import pytest

from qz_common import events, records

GOLDEN = Path(__file__).parent / "golden"
SCANS = [line for line in (GOLDEN / "scan_events.jsonl").read_bytes().splitlines() if line]
TALLIES = [line for line in (GOLDEN / "tallies.jsonl").read_bytes().splitlines() if line]
REQUESTS = [line for line in (GOLDEN / "request_records.jsonl").read_bytes().splitlines() if line]
ROUTES = [line for line in (GOLDEN / "routing_records.jsonl").read_bytes().splitlines() if line]


@pytest.mark.parametrize("line", SCANS)
def test_every_past_scan_event_decodes(line: bytes) -> None:
    event = events.decode_scan(line)
    given = msgspec.json.decode(line)
    seen = msgspec.json.decode(events.encode(event))
    assert {name: seen[name] for name in given if name != "hints"} == {
        name: value for name, value in given.items() if name != "hints"
    }


@pytest.mark.parametrize("line", ROUTES)
def test_every_past_routing_record_decodes(line: bytes) -> None:
    record = records.decode(line)
    given = msgspec.json.decode(line)
    seen = msgspec.json.decode(records.encode(record))
    assert {name: seen.get(name, given[name]) for name in given} == given


@pytest.mark.parametrize("line", TALLIES)
def test_every_past_tally_decodes(line: bytes) -> None:
    tally = events.decode_tally(line)
    assert msgspec.to_builtins(tally).items() >= msgspec.json.decode(line).items()


@pytest.mark.parametrize("line", REQUESTS)
def test_every_past_request_record_decodes(line: bytes) -> None:
    record = events.decode_request(line)
    assert msgspec.to_builtins(record).items() >= msgspec.json.decode(line).items()


def test_the_newest_request_record_is_written_byte_for_byte() -> None:
    assert events.encode(events.decode_request(REQUESTS[-1])) == REQUESTS[-1]


def test_the_newest_scan_event_is_written_byte_for_byte() -> None:
    assert events.encode(events.decode_scan(SCANS[-1])) == SCANS[-1]


@pytest.mark.parametrize("line", ROUTES)
def test_records_are_written_byte_for_byte(line: bytes) -> None:
    assert records.encode(records.decode(line)) == line


@pytest.mark.parametrize(
    "line", [b"", b"{}", b"[]", b"\xff", b'{"journal":"x","seq":1,"ts_ms":1}', b'{"journal":1}']
)
def test_what_is_no_scan_event_is_said_to_be_none(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        events.decode_scan(line)


@pytest.mark.parametrize("line", [b"", b"{}", b'{"type":"nothing"}', b'{"type":"code"}'])
def test_what_is_no_routing_record_is_said_to_be_none(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        records.decode(line)


def test_a_field_of_a_later_release_is_passed_over() -> None:
    later = SCANS[-1][:-1] + b',"sent_by_a_later_release":1}'
    assert events.decode_scan(later) == events.decode_scan(SCANS[-1])


def test_no_shape_has_room_for_an_address() -> None:
    shapes = (events.ScanEvent, events.Hints, events.Tally, events.RequestRecord)
    names = {name for shape in shapes for name in shape.__struct_fields__}
    assert not {"ip", "address", "client", "remote_addr"} & names


def test_shapes_only_grow() -> None:
    first = (GOLDEN / "scan_event_fields_v1.txt").read_text().split()
    assert list(events.ScanEvent.__struct_fields__[: len(first)]) == first
