"""A pass opens one link, for one password, for a quarter of an hour."""

import pytest

from qz_redirect.password.passes import PASS_SECONDS, Passes, pass_key
from tests.fixtures.standing_edge import NOW_MS, code

KEY = pass_key("token")
RECORD = code(password="$scrypt$one")


def cookie_of(passes: Passes, *, secure: bool = True) -> bytes:
    return passes.cookie(RECORD, "/AB3XK", NOW_MS, secure=secure)


def pair(set_cookie: bytes) -> bytes:
    return set_cookie.partition(b";")[0]


@pytest.fixture
def passes() -> Passes:
    return Passes(KEY)


def test_a_pass_opens_its_link_until_it_ends(passes: Passes) -> None:
    cookie = pair(cookie_of(passes))
    end = NOW_MS + PASS_SECONDS * 1000
    assert passes.accepts(RECORD, cookie, NOW_MS)
    assert passes.accepts(RECORD, b"a=b; " + cookie + b"; c", end - 1)
    assert not passes.accepts(RECORD, cookie, end)


def test_a_changed_password_ends_it(passes: Passes) -> None:
    assert not passes.accepts(code(password="$scrypt$two"), pair(cookie_of(passes)), NOW_MS)


def test_it_opens_no_other_link(passes: Passes) -> None:
    other = code(password=RECORD.password, link="lnk_2")
    assert not passes.accepts(other, pair(cookie_of(passes)), NOW_MS)


def test_edges_with_one_token_accept_each_others_passes() -> None:
    assert Passes(pass_key("token")).accepts(RECORD, pair(cookie_of(Passes(KEY))), NOW_MS)


@pytest.mark.parametrize("token", ["another token", ""])
def test_another_key_accepts_nothing(token: str) -> None:
    assert not Passes(pass_key(token)).accepts(RECORD, pair(cookie_of(Passes(KEY))), NOW_MS)


def test_a_longer_life_can_not_be_written_in(passes: Passes) -> None:
    name, _, value = pair(cookie_of(passes)).partition(b"=")
    _, _, signature = value.partition(b".")
    forged = b"%b=%d.%b" % (name, NOW_MS // 1000 + 10**6, signature)
    assert not passes.accepts(RECORD, forged, NOW_MS)


@pytest.mark.parametrize(
    "cookie",
    [b"", b"qz_pass", b"qz_pass=", b"qz_pass=.", b"qz_pass=9999999999.", b"qz_pass=-1.x",
     b"qz_pass=" + b"9" * 5000 + b".x", b"qz_pass=\xb2.x", b";" * 9000, b"qz_pass=1e9.\xff"],
)  # fmt: skip
def test_junk_opens_nothing(passes: Passes, cookie: bytes) -> None:
    assert not passes.accepts(RECORD, cookie, NOW_MS)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_links(passes: Passes) -> None:
    attributes = cookie_of(passes).split(b"; ")[1:]
    assert attributes == [b"Path=/AB3XK", b"Max-Age=900", b"HttpOnly", b"SameSite=Lax", b"Secure"]
    assert not cookie_of(passes, secure=False).endswith(b"Secure")
