"""The event that the hot path splices is the event that `events.encode` would have made."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qz_common.events import TEXT_LIMIT, UA_LIMIT, Hints, ScanEvent, decode_scan, encode
from qz_common.geo import Geo, Place
from qz_common.records import encode as encode_record
from qz_common.rules import Decision
from qz_common.visitor import Identity, Salts
from qz_redirect.hit import Hits, Who
from qz_redirect.hosts import Hosts
from qz_redirect.journal.open import open_journal
from qz_redirect.prepared import Prepared, target
from qz_redirect.replica.reader import Reader
from tests.fixtures.edge import code, journaled

HEADER = st.binary(max_size=600).filter(lambda value: b"\n" not in value and b"\r" not in value)
TEXT = st.text(max_size=40)


@contextmanager
def hits() -> Iterator[tuple[Hits, Path]]:
    """Without a replica: the tests bring their records along."""
    with TemporaryDirectory() as folder:
        data = Path(folder)
        reader = Reader(data / "replica")
        journal = open_journal(data / "journals")
        yield (
            Hits(reader, journal, Hosts((), reader.domain), Geo.open(""), Salts(bytes(32))),
            data,
        )
        journal.close()


@given(
    agent=HEADER,
    referrer=HEADER,
    languages=HEADER,
    place=st.builds(Place, TEXT, TEXT, TEXT),
    identity=st.builds(Identity, st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1)),
    ts_ms=st.integers(0, 2**45),
    tags=st.tuples(TEXT),
    status=st.sampled_from([200, 302, 404, 451]),
    method=st.sampled_from([b"GET", b"HEAD", b"POST"]),
    action=st.sampled_from(["", "call", "ä\""]),
    private=st.booleans(),
    symbol=st.booleans(),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_spliced_bytes_are_the_encoded_event(
    agent: bytes, referrer: bytes, languages: bytes, place: Place, identity: Identity, ts_ms: int,
    tags: tuple[str], status: int, method: bytes, action: str, private: bool, symbol: bool,
) -> None:  # fmt: skip
    record = code(tags=tags, campaign="cmp_1", mode="test", destination_id="dst_1")
    prepared = Prepared(b"go.acme.example/abc", encode_record(record))
    fields = {b"user-agent": agent, b"referer": referrer, b"accept-language": languages}
    with hits() as (edge, data):
        who = Who(ts_ms, identity, place, private, symbol)
        led_to = prepared.event_target
        seq = edge.count(prepared, who, led_to, b"", method, fields, status, action)
        edge.journal.commit()
        (event,) = journaled(data)
    assert event == decode_scan(encode(event))
    where = referrer.partition(b"?")[0].partition(b"#")[0]
    assert event == ScanEvent(
        journal=edge.journal.id,
        seq=seq,
        ts_ms=ts_ms,
        kind="press" if action else "scan",
        mode="test",
        workspace="ws_1",
        link="lnk_1",
        code="qr_1",
        slug="abc",
        host="go.acme.example",
        route_version=1,
        destination="https://example.com/landing",
        destination_id="dst_1",
        campaign="cmp_1",
        tags=tags,
        method=method.decode(),
        status=status,
        country=place.country,
        region=place.region,
        city=place.city,
        visitor=identity.visitor,
        ip_hash=identity.ip_hash,
        ua=agent[:UA_LIMIT].decode("utf-8", "replace"),
        referrer=where[:TEXT_LIMIT].decode("utf-8", "replace"),
        language=event.language,
        source="symbol" if symbol else "link",
        hints=Hints(no_tracking=private),
        action=action,
    )


@pytest.mark.parametrize(
    ("fields", "query", "hints"),
    [
        ({}, b"", Hints()),
        ({b"sec-purpose": b"prefetch;prerender"}, b"", Hints(purpose="prefetch;prerender")),
        ({b"purpose": b"Prefetch"}, b"", Hints(purpose="prefetch")),
        ({b"x-moz": b"prefetch"}, b"", Hints(purpose="prefetch")),
        ({}, b"qz_m=file_upload", Hints(uploaded=True)),
        ({}, b"a=1&b=2", Hints()),
    ],
)
def test_hints_say_what_only_the_edge_can_see(
    fields: dict[bytes, bytes], query: bytes, hints: Hints
) -> None:
    prepared = Prepared(b"/abc", encode_record(code()))
    with hits() as (edge, data):
        who = Who(1000, Identity(1, 2), Place(), False, False)
        edge.count(prepared, who, b"", query, b"GET", fields)
        edge.journal.commit()
        assert journaled(data)[0].hints == hints


@pytest.mark.parametrize(
    ("later_ms", "visitor", "action", "repeat"),
    [
        (9_999, 1, "", True),
        (10_000, 1, "", False),
        (5, 2, "", False),
        (5, 0, "", False),
        (5, 1, "call", False),
    ],
)
def test_a_repeat_is_the_same_visitor_at_the_same_link_within_ten_seconds(
    later_ms: int, visitor: int, action: str, repeat: bool
) -> None:
    prepared = Prepared(b"/abc", encode_record(code()))
    with hits() as (edge, data):
        for ts_ms, who, press in ((50_000, 1, ""), (50_000 + later_ms, visitor, action)):
            seen = Who(ts_ms, Identity(who, 2), Place(), False, False)
            edge.count(prepared, seen, b"", b"", b"GET", {}, action=press)
        edge.journal.commit()
        first, second = journaled(data)
    assert not first.hints.repeat
    assert second.hints.repeat is repeat


def test_what_a_visitor_brought_along_stands_under_the_utm_of_the_link() -> None:
    prepared = Prepared(b"/abc", encode_record(code(utm={"utm_source": "qr"})))
    query = b"utm_source=x&utm_medium=" + b"y" * 300 + b"&utm_strange=1&other=2"
    with hits() as (edge, data):
        who = Who(1, Identity(1, 2), Place(), False, False)
        edge.count(prepared, who, b"", query, b"GET", {})
        edge.journal.commit()
        assert journaled(data)[0].utm == {"utm_source": "qr", "utm_medium": "y" * 200}


def test_a_target_names_rule_and_variant() -> None:
    assert target(Decision("https://a.example/", "rul_1", "b", "dst_1")) == (
        b',"destination":"https://a.example/","destination_id":"dst_1","rule":"rul_1","variant":"b"'
    )
