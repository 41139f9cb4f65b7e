"""Rows: the record as it was published, and the same event and answer as decoding gives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qz_common.records import AppLinks, CodeRecord, encode
from qz_redirect.prepared import Prepared
from qz_redirect.replica.row import Plain, plain_of, record_of, row_of, version_of
from tests.fixtures.edge import code

KEY = b"go.acme.example/abc"


def plain(record: CodeRecord) -> Plain | None:
    return plain_of(row_of(KEY, record, encode(record)))


@settings(max_examples=150, deadline=None)
@given(
    tail=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60),
    version=st.integers(0, (1 << 63) - 1),
    campaign=st.text(max_size=5),
    tags=st.lists(st.text(max_size=6), max_size=3).map(tuple),
    mode=st.sampled_from(["live", "test"]),
    utm=st.dictionaries(st.sampled_from(["utm_source", "utm_term"]), st.text(max_size=8)),
)
def test_a_plain_row_gives_what_decoding_gives(
    tail: str, version: int, campaign: str, tags: tuple[str, ...], mode: str, utm: dict[str, str]
) -> None:
    record = code(
        version=version,
        location=f"https://example.com/{tail}",
        campaign=campaign,
        tags=tags,
        mode=mode,
        utm=utm,
        destination_id="dst_1",
    )
    value = encode(record)
    row = row_of(KEY, record, value)
    assert record_of(row) == value
    assert version_of(row) == version
    found, prepared = plain_of(row), Prepared(KEY, value)
    if found is None:  # quotes and backslashes aren't the same in JSON
        assert '"' in tail or "\\" in tail
        return
    assert (found.location, found.event_target) == (prepared.location, prepared.event_target)
    assert (found.link_number, found.workspace) == (prepared.link_number, prepared.workspace)
    assert found.event_head.startswith(prepared.event_head)
    assert (b'"utm":' in found.event_head) == bool(utm)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "paused"},
        {"expires_at_ms": 5},
        {"password": "x"},
        {"pass_query": True},
        {"page": "pg_1"},
        {"preview": True},
        {"fallback": "https://example.com/"},
        {"location": ""},
        {"location": "https://example.com/\r\nX: y"},
        {"location": "https://example.com/é"},
        {"location": "https://example.com/" + "x" * 70_000},
    ],
)
def test_what_must_be_decided_about_is_no_plain_row(fields: dict[str, object]) -> None:
    record = code("lnk_1", 7, **fields)
    row = row_of(KEY, record, encode(record))
    assert plain_of(row) is None
    assert record_of(row) == encode(record)
    assert version_of(row) == 7


def test_an_app_link_is_no_plain_row() -> None:
    record = CodeRecord(
        version=1, workspace="ws_1", link="lnk_1", location="https://a.example/",
        app=AppLinks(ios="https://apps.example/"),
    )  # fmt: skip
    assert plain(record) is None


def test_a_bare_record_is_a_row_of_an_earlier_release() -> None:
    for value in (encode(code(version=3)), b' {"type":"code","version":3}'):
        assert (record_of(value), version_of(value), plain_of(value)) == (value, 3, None)
    assert record_of(b"") == b""


def test_a_key_that_is_no_text_is_no_plain_row() -> None:
    record = code()
    assert plain_of(row_of(b"/\xff", record, encode(record))) is None
