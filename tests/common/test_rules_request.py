"""Conditions on language, query and referrer: (condition, visit in words, does it match)."""

import pytest

from tests.fixtures.visits import Words, matches


def language(op: str, *values: str) -> Words:
    return {"kind": "language", "op": op, "values": list(values)}


def query(op: str, key: str, *values: str) -> Words:
    words: dict[str, object] = {"kind": "query", "op": op, "key": key}
    return words | ({"values": list(values)} if values else {})


def referrer(op: str, *values: str) -> Words:
    words: dict[str, object] = {"kind": "referrer", "op": op}
    return words | ({"values": list(values)} if values else {})


LANGUAGES = [
    (language("is", "pt"), {"language": "pt-BR"}, True),
    (language("is", "pt"), {"language": "pt"}, True),
    (language("is", "pt-BR"), {"language": "pt"}, False),
    (language("is", "pt-BR"), {"language": "pt-PT"}, False),
    (language("is", "pt-br"), {"language": "PT-BR"}, True),
    (language("is", "pt_BR"), {"language": "pt-BR"}, True),
    (language("is", "pt"), {"language": "pt_BR"}, True),
    (language("is", "pt"), {"language": "ptx"}, False),
    (language("is", "zh-Hant"), {"language": "zh-Hant-TW"}, True),
    (language("is", "zh-TW"), {"language": "zh-Hant-TW"}, False),
    (language("is", "en"), {"language": "pt-BR,pt;q=0.9,en;q=0.8"}, False),
    (language("is", "pt"), {"language": "pt-BR,pt;q=0.9,en;q=0.8"}, True),
    (language("is", "en"), {"language": "pt;q=0.5, en"}, True),
    (language("is", "de"), {"language": "de;q=0.8, en;q=0.8"}, True),
    (language("is", "en"), {"language": "de;q=0.8, en;q=0.8"}, False),
    (language("is", "en"), {"accept_language": b"en;q=0"}, False),
    (language("is", "de"), {"language": "en;q=0, de;q=0.001"}, True),
    (language("is", "en"), {"accept_language": b"*"}, False),
    (language("is", "en"), {"language": "*, en;q=0.1"}, True),
    (language("is", "en"), {"accept_language": b";;;,,q=1"}, False),
    (language("is", "es", "fr"), {"language": "fr-CA"}, True),
    (language("is", "en"), {}, False),
    (language("is_not", "en"), {}, True),
    (language("is_not", "en"), {"language": "en-GB"}, False),
    (language("is_not", "en-GB"), {"language": "en"}, True),
]
QUERIES = [
    (query("is", "ref", "poster"), {"query": "ref=poster"}, True),
    (query("is", "ref", "poster"), {"query": "?ref=poster"}, True),
    (query("is", "ref", "poster"), {"query": "ref=Poster"}, False),
    (query("is", "ref", "poster"), {"query": "Ref=poster"}, False),
    (query("is", "ref", "a b"), {"query": "ref=a+b"}, True),
    (query("is", "ref", "a b"), {"query": "ref=a%20b"}, True),
    (query("is", "ref", "é"), {"query": "ref=%C3%A9"}, True),
    (query("is", "ref", "é"), {"query": "ref=é"}, True),
    (query("is", "r f", "1"), {"query": "r%20f=1"}, True),
    (query("is", "ref", "2"), {"query": "ref=1&ref=2"}, True),
    (query("is", "ref", "1"), {"query": "ref"}, False),
    (query("is", "ref", "1=2"), {"query": "ref=1=2"}, True),
    (query("is", "ref", "1"), {"query": "xref=1"}, False),
    (query("is", "ref", "1", "2"), {"query": {"ref": "2"}}, True),
    (query("is", "ref", "1"), {}, False),
    (query("is_not", "ref", "1"), {"query": "ref=2"}, True),
    (query("is_not", "ref", "1"), {"query": "ref=1&ref=2"}, False),
    (query("is_not", "ref", "1"), {}, True),
    (query("contains", "ref", "ost"), {"query": "ref=poster"}, True),
    (query("contains", "ref", "zzz", "ost"), {"query": "ref=poster"}, True),
    (query("contains", "ref", "OST"), {"query": "ref=poster"}, False),
    (query("contains", "ref", "x"), {}, False),
    (query("not_contains", "ref", "ost"), {"query": "ref=poster"}, False),
    (query("not_contains", "ref", "ost"), {"query": "ref=flyer"}, True),
    (query("not_contains", "ref", "ost"), {}, True),
    (query("starts_with", "ref", "pos"), {"query": "ref=poster"}, True),
    (query("starts_with", "ref", "ost"), {"query": "ref=poster"}, False),
    (query("exists", "ref"), {"query": "ref="}, True),
    (query("exists", "ref"), {"query": "ref"}, True),
    (query("exists", "ref"), {"query": "other=1"}, False),
    (query("exists", "ref"), {}, False),
    (query("not_exists", "ref"), {}, True),
    (query("not_exists", "ref"), {"query": "ref=1"}, False),
]
REFERRERS = [
    (referrer("is", "instagram.com"), {"referrer": "https://instagram.com/"}, True),
    (referrer("is", "instagram.com"), {"referrer": "https://l.instagram.com/?u=1"}, True),
    (referrer("is", "instagram.com"), {"referrer": "https://notinstagram.com/"}, False),
    (referrer("is", "instagram.com"), {"referrer": "https://instagram.com.evil.example/"}, False),
    (referrer("is", "instagram.com"), {"referrer": "https://evil.example/instagram.com"}, False),
    (referrer("is", "instagram.com"), {"referrer": "https://x.example?a=.instagram.com"}, False),
    (referrer("is", "instagram.com"), {"referrer": "https://instagram.com@evil.example/"}, False),
    (referrer("is", "l.instagram.com"), {"referrer": "https://instagram.com/"}, False),
    (referrer("is", "Instagram.COM"), {"referrer": "HTTPS://INSTAGRAM.com:443/x"}, True),
    (referrer("is", "instagram.com."), {"referrer": "https://instagram.com./"}, True),
    (referrer("is", "münchen.de"), {"referrer": "https://www.xn--mnchen-3ya.de/"}, True),
    (referrer("is", "com.google.android.gm"), {"referrer": "android-app://com.google.android.gm/"},
     True),
    (referrer("is", "a.example", "b.example"), {"referrer": "b.example"}, True),
    (referrer("is", "a.example"), {"referrer": "about:blank"}, False),
    (referrer("is", "a.example"), {}, False),
    (referrer("is_not", "a.example"), {}, True),
    (referrer("is_not", "a.example"), {"referrer": "https://sub.a.example"}, False),
    (referrer("is_not", "a.example"), {"referrer": "https://b.example"}, True),
    (referrer("exists"), {"referrer": "https://b.example"}, True),
    (referrer("exists"), {}, False),
    (referrer("not_exists"), {}, True),
    (referrer("not_exists"), {"referrer": "https://b.example"}, False),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "visit", "expected"), [*LANGUAGES, *QUERIES, *REFERRERS])
def test_condition_matches_this_request(condition: Words, visit: Words, expected: bool) -> None:
    assert matches(visit, condition) is expected
