"""What an address and a range of addresses stand for."""

import pytest

from qz_common.address import exact_range, network_of


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("198.51.100.7", "198.51.100.250", True),
        ("198.51.100.7", "198.51.101.7", False),
        ("2001:db8:1:2::3", "2001:db8:1:ffff::1", True),
        ("2001:db8:1::1", "2001:db8:2::1", False),
        ("::ffff:198.51.100.7", "198.51.100.9", True),
    ],
)
def test_a_network_is_a_24_or_a_48(one: str, other: str, same: bool) -> None:
    assert (network_of(one) == network_of(other)) is same


def test_no_address_is_of_no_network() -> None:
    assert network_of("unix:") == b""


@pytest.mark.parametrize(
    "text", ["*", "", "0.0.0.0/0", "::/0", "10.0.0.1/8", "proxy.example", "10.0.0.0/33", "127.1"]
)
def test_a_range_that_is_not_exact_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"range|everybody"):
        exact_range(text)


def test_an_address_is_a_range_of_one() -> None:
    assert str(exact_range("192.0.2.10")) == "192.0.2.10/32"
