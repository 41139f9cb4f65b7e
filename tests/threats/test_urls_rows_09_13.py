"""Rows 9 to 13 of the threat table: destinations that lead inside, in a circle, or to harm."""

import pytest

from qz_common.urls import UrlCode, UrlPolicy, UrlRefused, add_query, admit, query_pairs

OWN = UrlPolicy(own_hosts=frozenset({"qz.example", "KURZ-Ü.example:8443", "[2606:4700::1]:8080"}))


def refusal(raw: str, policy: UrlPolicy | None = None) -> UrlCode:
    with pytest.raises(UrlRefused) as caught:
        admit(raw, policy or UrlPolicy())
    return caught.value.code


PRIVATE = [
    "http://192.168.0.1/",
    "http://10.1.2.3:8080/admin",
    "http://172.31.255.255/",
    "http://169.254.169.254/latest/meta-data",
    "http://100.64.0.1/",
    "http://127.0.0.1/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://[::1]/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://[::ffff:192.168.0.1]/",
    "http://[::ffff:c0a8:1]/",
    "http://localhost/",
    "http://LOCALHOST.:3000/",
    "http://app.localhost/",
    "http://printer.local/",
    "http://ｌocalhost/",
    "http://wiki.corp/",
    "http://router.home.arpa/",
    "http://metadata.google.internal/",
    "http://intranet/",
    "http://localhost.localdomain/",
]
NOWHERE = [
    "http://0.0.0.0/",
    "http://0/",
    "http://255.255.255.255/",
    "http://224.0.0.1/",
    "http://[::]/",
    "http://[ff02::1]/",
    "http://[fec0::1]/",
    "http://[2002:a9fe:a9fe::]/",
    "http://[::127.0.0.1]/",
    "http://[2001:db8::1]/",
    "http://192.0.2.1/",
]


@pytest.mark.parametrize("raw", PRIVATE + NOWHERE)
def test_row_09_private_places_are_refused(raw: str) -> None:
    assert refusal(raw) == "private_destination"
    assert refusal(raw, UrlPolicy(allow_ip_literals=True)) == "private_destination"


@pytest.mark.parametrize("raw", PRIVATE)
def test_row_09_a_workspace_may_choose_its_intranet(raw: str) -> None:
    assert "private" in admit(raw, UrlPolicy(allow_private=True)).flags


@pytest.mark.parametrize("raw", NOWHERE)
def test_row_09_what_is_no_place_at_all_stays_refused(raw: str) -> None:
    assert refusal(raw, UrlPolicy(allow_private=True)) == "private_destination"


@pytest.mark.parametrize(
    "raw",
    [
        "https://qz.example/abc",
        "http://QZ.EXAMPLE/ABC",
        "https://qz.example./abc",
        "https://qz.example:8443/abc",
        "https://ｑｚ.example/abc",
        "https://q\u00adz.example/abc",
        "https://qz\u3002example/",
        "https://kurz-ü.example/x",
        "https://kurz-u\u0308.example/x",
        "https://xn--kurz--ova.example/x",
        "https://[2606:4700:0::1]/x",
    ],
)
def test_row_10_every_spelling_of_an_own_host_is_a_loop(raw: str) -> None:
    assert refusal(raw, OWN) == "own_host_destination"


@pytest.mark.parametrize("host", ["notqz.example", "qz.example.com", "www.qz.example"])
def test_row_10_other_hosts_with_a_similar_name_are_free(host: str) -> None:
    assert admit(f"https://{host}/", OWN).host == host


@pytest.mark.parametrize("raw", ["https://bit.ly/x", "https://BIT.LY./x", "https://go.dub.sh/x"])
def test_row_10_known_shorteners_are_flagged_for_a_preview(raw: str) -> None:
    assert admit(raw).flags == {"known_shortener"}


def test_row_11_a_later_check_uses_the_policy_of_that_day() -> None:
    location = admit("https://turned.example/login").location
    assert refusal(location, UrlPolicy(threat_list=frozenset({"turned.example"}))) == (
        "unsafe_destination"
    )


THREATS = UrlPolicy(
    threat_list=frozenset(
        {"bad.example", "mixed.example/kit/", "page.example/a.html", "asked.example/?id=7"}
    )
)


@pytest.mark.parametrize(
    "raw",
    [
        "https://bad.example/",
        "http://BAD.example.:8080/any?x#y",
        "https://deep.er.bad.example/",
        "https://ｂad.example/",
        "https://mixed.example/kit/",
        "https://mixed.example/kit/a/b/c?d",
        "https://mixed.example/x/../kit/a",
        "https://mixed.example/%6bit/a",
        "https://page.example/a.html",
        "https://page.example/a.html?session=1",
        "https://asked.example/?id=7",
    ],
)
def test_row_12_listed_hosts_folders_and_pages_are_unsafe(raw: str) -> None:
    assert refusal(raw, THREATS) == "unsafe_destination"


@pytest.mark.parametrize(
    "raw",
    [
        "https://notbad.example/",
        "https://bad.example.com/",
        "https://mixed.example/kitten/",
        "https://mixed.example/",
        "https://page.example/b.html",
        "https://asked.example/?id=8",
    ],
)
def test_row_12_neighbours_of_listed_ones_are_free(raw: str) -> None:
    assert admit(raw, THREATS).location == raw


@pytest.mark.parametrize(
    "passed",
    [
        b"next=//evil.example",
        b"//evil.example",
        b"@evil.example=1",
        b"#https://evil.example",
        b"\\evil.example=x",
        b"x=1/../../&y=?#",
        b"=nameless",
        b"%0d%0aLocation:=https://evil.example",
    ],
)
def test_row_13_a_passed_query_never_moves_the_redirect(passed: bytes) -> None:
    served = add_query("https://good.example/path?a=1#top", query_pairs(passed))
    assert served.startswith(b"https://good.example/path?a=1")
    assert served.endswith(b"#top")
    assert served.count(b"#") == 1
    again = admit(served.decode("ascii"))
    assert (again.host, again.location.encode()) == ("good.example", served)
