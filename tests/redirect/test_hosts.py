"""Which Host headers are ours."""

import pytest

from qz_common.records import DomainRecord
from qz_redirect.hosts import MAX_REMEMBERED, Hosts, host_name

DOMAINS = {
    "go.acme.example": DomainRecord(version=1, host="go.acme.example", workspace="ws_1"),
    "off.example": DomainRecord(version=1, host="off.example", workspace="ws_1", status="deleted"),
}


@pytest.fixture
def hosts() -> Hosts:
    return Hosts({"qz.example", "::1"}, DOMAINS.get)


@pytest.mark.parametrize(
    ("header", "prefix"),
    [
        (b"qz.example", b""),
        (b"QZ.Example:8701", b""),
        (b"qz.example.", b""),
        (b"[::1]:8701", b""),
        (b"go.acme.example", b"go.acme.example"),
        (b"GO.ACME.EXAMPLE:443", b"go.acme.example"),
        (b"off.example", None),
        (b"evil.example", None),
        (b"qz.example@evil.example", None),
        (b"qz.example/", None),
        (b"qz.example:80:80", None),
        (b"qz.example:-1", None),
        (b"qz.example:", None),
        (b"[::1]x", None),
        (b"[::1", None),
        (b"", None),
        (b"\xff", None),
        (b"x" * 400, None),
    ],
)
def test_a_header_stands_for_a_prefix_or_is_refused(
    hosts: Hosts, header: bytes, prefix: bytes | None
) -> None:
    for _ in range(2):
        site = hosts.site(header)
        assert (site.prefix if site else None) == prefix


def test_what_is_remembered_is_bounded(hosts: Hosts) -> None:
    for port in range(MAX_REMEMBERED * 2):
        assert hosts.site(b"qz.example:%d" % (port % 65_536))
    assert len(hosts._sites) <= MAX_REMEMBERED


def test_a_domain_that_was_taken_away_is_forgotten() -> None:
    known = dict(DOMAINS)
    hosts = Hosts((), known.get)
    assert hosts.site(b"go.acme.example")
    del known["go.acme.example"]
    hosts.forget()
    assert hosts.site(b"go.acme.example") is None


def test_on_an_own_domain_only_its_workspace_answers(hosts: Hosts) -> None:
    own, default = hosts.site(b"go.acme.example"), hosts.site(b"qz.example")
    assert own
    assert default
    assert own.answers_for("ws_1")
    assert not own.answers_for("ws_2")
    assert default.answers_for("ws_2")


def test_a_name_is_lower_case_without_port_and_final_dot() -> None:
    assert host_name(b" Go.Acme.Example.:80 ") == "go.acme.example"
