"""What holds for every input: no surprise error, visible ASCII out, and a browser's own reading."""

import ada_url
from hypothesis import given, settings
from hypothesis import strategies as st

from qz_common.urls import UrlPolicy, UrlRefused, add_query, admit, parse, query_pairs, refer_host

thorough = settings(deadline=None, max_examples=300)
ANYWHERE = UrlPolicy(allow_private=True, allow_ip_literals=True)
HOST_BITS = "example.com EXAMPLE xn-- xn--e1afmkfd 1 0x 0x7f 127 256 [::1] ::ffff:1.2.3.4 _ -- a"
ODD_BITS = "пример faß ẞ İ ſ K ü 。 ． ｡ אב א1 1א 日本 ℀ ／ ＠ ： １ ① é 😀 ﬀ ヽ 々 ς ΑΣ"
MARKS = "http :// : / // \\ @ ? # . .. %2e %2E. [ ] :80 :443 :8080 :0 % %41 %zz ^ ` ' \" < > & = +"
INVISIBLE = ("\u00ad", "\u200d", "\u200c", "\u0301", "\t", "\n", "\x00", "\ud800", "\u2028")
PIECES = st.sampled_from([*HOST_BITS.split(), *ODD_BITS.split(), *MARKS.split(), *INVISIBLE, " "])
URLS = st.builds(
    lambda start, host, path: start + "".join(host) + "/" + "".join(path),
    st.sampled_from(["http://", "https://", "HTTPS://", ""]),
    st.lists(PIECES, min_size=1, max_size=5),
    st.lists(PIECES, max_size=6),
)
ANY_TEXT = st.text(st.characters(codec=None), max_size=60)
RAW = URLS | ANY_TEXT | ANY_TEXT.map("https://example.com/{}".format)


def admitted(raw: str) -> str | None:
    try:
        return admit(raw, ANYWHERE).location
    except UrlRefused:
        return None


@thorough
@given(RAW)
def test_an_admitted_location_is_visible_ascii_and_stays_itself(raw: str) -> None:
    location = admitted(raw)
    if location is not None:
        assert all(0x21 <= ord(char) <= 0x7E for char in location)
        assert admitted(location) == location


@thorough
@given(RAW)
def test_a_browser_reads_an_admitted_url_the_same_way(raw: str) -> None:
    """Only the trailing dot differs: it is dropped here, before the host is looked at."""
    location = admitted(raw)
    if location is not None:
        seen = ada_url.URL(raw)
        host = seen.hostname.removesuffix(".")
        rest = seen.href.removeprefix(f"{seen.protocol}//{seen.host}")
        port = f":{seen.port}" if seen.port else ""
        assert location == f"{seen.protocol}//{host}{port}{rest}"
        assert ada_url.URL(location).href == location


@thorough
@given(st.text("abc./?#=&%1", max_size=20), st.lists(st.tuples(ANY_TEXT, ANY_TEXT), max_size=5))
def test_added_parameters_never_change_where_a_location_leads(
    tail: str, pairs: list[tuple[str, str]]
) -> None:
    before = parse(f"https://host.example/{tail}")
    after = parse(add_query(before.location, pairs).decode("ascii"), max_length=8192)
    assert (after.origin, after.path) == (before.origin, before.path)
    assert (after.query or "").startswith(before.query or "")
    assert after.fragment == before.fragment


@thorough
@given(st.binary(max_size=200))
def test_any_query_string_can_be_read(raw: bytes) -> None:
    add_query("https://host.example/", query_pairs(raw))


@thorough
@given(RAW)
def test_any_referrer_gives_a_host_or_nothing(raw: str) -> None:
    host = refer_host(raw)
    assert host == host.lower()
    assert host.isascii()
