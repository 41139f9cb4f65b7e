"""The facts of one request, read from raw bytes."""

import pytest

from qz_common.visit import QUERY_PAIRS, Visit, host_of, read_query

IPHONE = b"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"", ""),
        (b"pt-BR,pt;q=0.9,en;q=0.8", "pt-BR"),
        (b"en;q=0.8, pt-BR", "pt-BR"),
        (b"en ; Q = 0.8 , de", "de"),
        (b"en;q=0.5,de;q=0.5", "en"),
        (b"en;q=0", ""),
        (b"en;q=0.000, fr;q=0.001", "fr"),
        (b"*", ""),
        (b"*;q=1, sv;q=0.1", "sv"),
        (b"en;q=1.5", ""),
        (b"en;q=-1", ""),
        (b"en;q=nan", ""),
        (b"en;q=1e-1", ""),
        (b"en;q=", ""),
        (b"en;q=.5", "en"),
        (b"en;level=1", "en"),
        (b"pt;q=0.8;x=1, en;q=0.5", "pt"),
        (b"pt_PT", "pt-PT"),
        (b"3n, x y, \xff\xfe, ,;", ""),
        (b"en-" + b"x" * 100, ""),
        (b"a" * 10_000 + b",en", ""),
    ],
)
def test_most_wanted_language(header: bytes, expected: str) -> None:
    assert Visit(ts_ms=0, accept_language=header).language == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (b"", {}),
        (b"&&", {}),
        (b"a=1&b=2&a=3", {"a": ["1", "3"], "b": ["2"]}),
        (b"a", {"a": [""]}),
        (b"=x", {"": ["x"]}),
        (b"a=%zz&b=%C3%A9&c=%ff", {"a": ["%zz"], "b": ["é"], "c": ["\ufffd"]}),
        (b"a=\xc3\xa9&b=\xff", {"a": ["é"], "b": ["\ufffd"]}),
        (b"a=1;b=2", {"a": ["1;b=2"]}),
    ],
)
def test_query_is_read(query: bytes, expected: dict[str, list[str]]) -> None:
    assert read_query(query) == expected


def test_only_so_many_query_parameters_are_read() -> None:
    query = b"&".join(b"k%d=1" % number for number in range(10_000))
    assert len(read_query(query)) == QUERY_PAIRS


@pytest.mark.parametrize(
    ("referrer", "expected"),
    [
        (b"", ""),
        (b"https://a.example", "a.example"),
        (b"HTTPS://User:pw@A.Example.:8443/x?y#z", "a.example"),
        (b"https://a.example?x=@b.example", "a.example"),
        (b"https://a.example#@b.example", "a.example"),
        (b"https://a.example\\@b.example", "a.example"),
        (b"https://[2001:db8::1]:443/", "[2001:db8::1]:443"),
        (b"android-app://com.example/", "com.example"),
        (b"about:blank", ""),
        (b"/relative", ""),
        (b"https://" + b"a" * 5000, "a" * 1992),
    ],
)
def test_host_of_a_referrer(referrer: bytes, expected: str) -> None:
    assert host_of(referrer) == expected
    assert Visit(ts_ms=0, referrer=referrer).referrer_host == expected


def test_facts_that_were_not_sent_are_unknown() -> None:
    visit = Visit(ts_ms=0)
    assert (visit.client.device, visit.client.os, visit.client.browser) == ("", "", "")
    assert (visit.language, visit.referrer_host, visit.sticky_key, visit.source) == ("", "", "", "")
    assert (visit.place.country, visit.visitor, visit.visit_number) == ("", 0, 0)


def test_facts_are_worked_out_once() -> None:
    visit = Visit(ts_ms=0, user_agent=IPHONE, query=b"a=1")
    assert visit.client is visit.client
    assert visit.query_values("a") is visit.query_values("a")


@pytest.mark.parametrize(
    ("query", "key"),
    [
        (b"qz_k=me", "me"),
        (b"a=1&qz_k=a%20b", "a b"),
        (b"qz_k=one&qz_k=two", "one"),
        (b"qz_k=", ""),
        (b"xqz_k=1", ""),
        (b"qz_k=" + b"x" * 128, "x" * 128),
        (b"qz_k=" + b"x" * 129, ""),
    ],
)
def test_sticky_key_of_the_query(query: bytes, key: str) -> None:
    assert Visit(ts_ms=0, query=query).sticky_key == key
