"""Which hosts may be claimed."""

import pytest

from qz_api.domains.hosts import claimable, tokens
from qz_common.errors import Invalid

OURS = frozenset({"qz.example", "api.test"})


@pytest.mark.parametrize(
    ("raw", "host"),
    [
        ("go.example.com", "go.example.com"),
        ("GO.Example.COM.", "go.example.com"),
        ("example.co.uk", "example.co.uk"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("ｇｏ.example.com", "go.example.com"),
        ("go。example。com", "go.example.com"),
        ("foo.github.io", "foo.github.io"),
        ("notqz.example", "notqz.example"),
    ],
)
def test_a_host_is_put_in_canonical_form(raw: str, host: str) -> None:
    assert claimable(raw, OURS).ascii == host


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("http://go.example.com", "invalid_host"),
        ("go.example.com/path", "invalid_host"),
        ("go.example.com:8080", "invalid_host"),
        ("user@go.example.com", "invalid_host"),
        ("*.example.com", "invalid_host"),
        ("go_to.example.com", "invalid_host"),
        ("go..example.com", "invalid_host"),
        ("-go.example.com", "invalid_host"),
        ("go.example.com\r\nX: y", "invalid_host"),
        ("", "invalid_host"),
        ("example", "invalid_host"),
        ("localhost", "invalid_host"),
        ("printer.local", "invalid_host"),
        ("db.internal", "invalid_host"),
        (f"{'a.' * 120}example.com", "invalid_host"),
        ("127.0.0.1", "ip_address"),
        ("0x7f.1", "ip_address"),
        ("[::1]", "ip_address"),
        ("93.184.216.34", "ip_address"),
        ("qz.example", "own_host"),
        ("QZ.EXAMPLE.", "own_host"),
        ("deep.below.qz.example", "own_host"),
        ("co.uk", "public_suffix"),
        ("github.io", "public_suffix"),
        ("xn--55qx5d.cn", "public_suffix"),
    ],
)
def test_what_nobody_can_have_alone_is_refused(raw: str, code: str) -> None:
    with pytest.raises(Invalid) as raised:
        claimable(raw, OURS)
    assert (raised.value.code, raised.value.errors[0].pointer) == (code, "/host")


def test_tokens_are_found_among_other_records() -> None:
    found = ["v=spf1 -all", " quietzone-verification=abc ", "quietzone-verification=def", ""]
    assert tokens(found) == ["abc", "def"]
