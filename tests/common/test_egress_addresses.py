"""Which addresses count as the public internet."""

from ipaddress import IPv6Network, ip_address

import pytest

from qz_common.urls.addresses import is_intranet, is_public, unwrap

PUBLIC = "1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.0 172.15.0.1 172.32.0.1 223.255.255.255 "
PUBLIC_V6 = "2606:4700::1111 2a00:1450:4001::1 2400::1 ::ffff:8.8.8.8 64:ff9b::808:808"
NOT_PUBLIC = (
    "0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.169.254 "
    "172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.170 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 "
    "198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255"
)
NOT_PUBLIC_V6 = (
    ":: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::ffff:0:a9fe:a9fe "
    "64:ff9b::a9fe:a9fe 64:ff9b::7f00:1 64:ff9b:1::808:808 64:ff9b:1::a9fe:a9fe 100::1 "
    "2001::1 2001:0:a9fe:a9fe::1 2001:20::1 2001:db8::1 2002:a9fe:a9fe:: 2002:808:808::1 "
    "2620:4f:8000::1 3fff::1 4000::1 5f00::1 fc00::1 fd12:3456::1 fe80::1 fec0::1 ff02::1 ff0e::1 "
    "2606:4700::5efe:a9fe:a9fe 2606:4700::200:5efe:a00:1"
)


@pytest.mark.parametrize("text", (PUBLIC + PUBLIC_V6).split())
def test_a_unicast_global_address_is_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize("text", [*NOT_PUBLIC.split(), *NOT_PUBLIC_V6.split()])
def test_every_special_address_is_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


def test_a_nat64_prefix_of_ones_own_is_looked_through() -> None:
    prefix = IPv6Network("2606:4700:64::/96")
    metadata, public = ip_address("2606:4700:64::a9fe:a9fe"), ip_address("2606:4700:64::808:808")
    assert is_public(metadata)
    assert not is_public(metadata, [prefix])
    assert is_public(public, [prefix])
    assert unwrap(public, [prefix]) == ip_address("8.8.8.8")


@pytest.mark.parametrize("text", ["10.0.0.1", "127.0.0.1", "fd00::1", "::ffff:192.168.0.1"])
def test_an_organisations_own_address_is_intranet(text: str) -> None:
    assert is_intranet(ip_address(text))


@pytest.mark.parametrize("text", ["8.8.8.8", "0.0.0.0", "224.0.0.1", "ff02::1", "2002:a00:1::"])
def test_what_is_nobodys_host_is_no_intranet(text: str) -> None:
    assert not is_intranet(ip_address(text))
