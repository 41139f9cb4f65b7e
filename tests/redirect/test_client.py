"""Whose address is believed."""

import pytest

from qz_redirect.client import ForwardHeader, Proxies, plain_address

RANGES = ("10.0.0.0/8", "192.0.2.10", "2001:db8:aa::/48")
XFF = "x-forwarded-for"


def seen(peer: str, *values: str, header: ForwardHeader = "x-forwarded-for") -> str:
    headers = [(header.encode(), value.encode("latin-1")) for value in values]
    return Proxies(RANGES, header).client_address(peer, headers)


@pytest.mark.parametrize(
    ("peer", "values", "address"),
    [
        ("203.0.113.9", (), "203.0.113.9"),
        ("203.0.113.9", ("1.2.3.4",), "203.0.113.9"),
        ("10.1.1.1", (), "10.1.1.1"),
        ("10.1.1.1", ("198.51.100.7",), "198.51.100.7"),
        ("10.1.1.1", ("1.2.3.4, 198.51.100.7",), "198.51.100.7"),
        ("10.1.1.1", ("1.2.3.4", "198.51.100.7"), "198.51.100.7"),
        ("10.1.1.1", ("198.51.100.7, 10.2.2.2, 192.0.2.10",), "198.51.100.7"),
        ("10.1.1.1", ("10.3.3.3, 10.2.2.2",), "10.3.3.3"),
        ("192.0.2.11", ("198.51.100.7",), "192.0.2.11"),
        ("10.1.1.1", ("198.51.100.7:4711",), "198.51.100.7"),
        ("10.1.1.1", ("[2001:db8::5]:4711",), "2001:db8::5"),
        ("10.1.1.1", ("[2001:db8::5]",), "2001:db8::5"),
        ("10.1.1.1", ("2001:DB8:0::5",), "2001:db8::5"),
        ("10.1.1.1", ("::ffff:198.51.100.7",), "198.51.100.7"),
        ("::ffff:10.1.1.1", ("198.51.100.7",), "198.51.100.7"),
        ("2001:db8:aa::1", ("198.51.100.7",), "198.51.100.7"),
        ("2001:db8:ab::1", ("198.51.100.7",), "2001:db8:ab::1"),
        ("fe80::1%eth0", ("198.51.100.7",), "fe80::1"),
        ("10.1.1.1", ("198.51.100.7, unknown",), "10.1.1.1"),
        ("10.1.1.1", ("198.51.100.7, junk, 10.2.2.2",), "10.2.2.2"),
        ("10.1.1.1", ("",), "10.1.1.1"),
        ("10.1.1.1", (",,, ,",), "10.1.1.1"),
        ("10.1.1.1", ("198.51.100.07",), "10.1.1.1"),
        ("10.1.1.1", ("0x7f.1",), "10.1.1.1"),
        ("10.1.1.1", ("1.2.3.4\x00",), "10.1.1.1"),
        ("10.1.1.1", ("\xff\xfe",), "10.1.1.1"),
        ("", ("198.51.100.7",), ""),
        ("unix:", (), ""),
    ],
)
def test_the_first_address_from_the_right_that_is_no_proxy(
    peer: str, values: tuple[str, ...], address: str
) -> None:
    assert seen(peer, *values) == address


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("for=198.51.100.7", "198.51.100.7"),
        ('For="[2001:db8::5]:4711";proto=https;by=10.9.9.9', "2001:db8::5"),
        ("for=1.2.3.4, for=198.51.100.7", "198.51.100.7"),
        ("proto=https;for=198.51.100.7, for=10.2.2.2", "198.51.100.7"),
        ('for="198.51.100.7, for=1.2.3.4"', "10.1.1.1"),
        ("for=198.51.100.7, by=10.2.2.2", "10.1.1.1"),
        ("for=198.51.100.7, for=unknown", "10.1.1.1"),
        ("for=198.51.100.7, for=_hidden", "10.1.1.1"),
        ("", "10.1.1.1"),
        ('for="', "10.1.1.1"),
    ],
)
def test_the_forwarded_header_is_read_when_it_is_the_one(value: str, address: str) -> None:
    assert seen("10.1.1.1", value, header="forwarded") == address


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded"])
def test_only_the_configured_header_is_believed(header: ForwardHeader) -> None:
    headers = [(b"x-forwarded-for", b"198.51.100.7"), (b"forwarded", b"for=198.51.100.8")]
    expected = {"x-forwarded-for": "198.51.100.7", "forwarded": "198.51.100.8"}
    assert Proxies(RANGES, header).client_address("10.1.1.1", headers) == expected[header]


def test_without_proxies_no_header_counts() -> None:
    assert Proxies().client_address("10.1.1.1", [(b"x-forwarded-for", b"1.2.3.4")]) == "10.1.1.1"


def test_a_header_of_any_length_is_walked_a_bounded_way() -> None:
    assert seen("10.1.1.1", "1.2.3.4," + "10.2.2.2," * 100_000 + "10.2.2.2") == "10.2.2.2"


@pytest.mark.parametrize(
    "text", ["*", "", "0.0.0.0/0", "::/0", "10.0.0.1/8", "proxy.example", "10.0.0.0/33", "127.1"]
)
def test_a_range_that_is_not_exact_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"range|everybody"):
        Proxies((text,))


def test_an_unknown_header_is_refused() -> None:
    with pytest.raises(ValueError, match="no header"):
        Proxies(RANGES, "x-real-ip")  # type: ignore[arg-type]


def test_one_spelling_per_address() -> None:
    spellings = ["2001:DB8::0:1", "2001:db8:0:0:0:0:0:1", "2001:db8::1%eth0"]
    assert {plain_address(text) for text in spellings} == {"2001:db8::1"}
    assert plain_address("not an address") == ""
