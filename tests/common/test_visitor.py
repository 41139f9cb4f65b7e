"""Visitor hashes: the same within a day and a workspace, nothing beyond."""

from datetime import UTC, date, datetime

import pytest

from qz_common.address import packed_address
from qz_common.visitor import DAY_MS, NOBODY, Identity, Salts, asks_for_privacy, network

NOON = int(datetime(2026, 5, 19, 12, tzinfo=UTC).timestamp() * 1000)
UA = b"Mozilla/5.0"


def salts(*published: tuple[str, str], fallback: bytes = b"fallback") -> Salts:
    made = Salts(fallback)
    for day, salt in published:
        made.put(day, salt)
    return made


TODAY = ("2026-05-19", "secret of the 19th")


def identify(
    ip: str = "203.0.113.9", workspace: str = "ws_1", ua: bytes = UA, at: int = NOON
) -> Identity:
    return salts(TODAY).identify(at, workspace, ip, ua)


def test_the_same_visitor_is_the_same_all_day_on_every_edge() -> None:
    assert identify() == identify(at=NOON + DAY_MS // 2 - 1) == identify(at=NOON - DAY_MS // 2)


def test_hashes_stay_from_release_to_release() -> None:
    assert identify() == Identity(14571263472354951564, 3253256405398686823)


def test_another_user_agent_is_another_visitor_at_the_same_address() -> None:
    one, other = identify(), identify(ua=b"curl/8")
    assert one.visitor != other.visitor
    assert one.ip_hash == other.ip_hash


@pytest.mark.parametrize(
    ("ip", "workspace", "at"),
    [
        ("203.0.113.10", "ws_1", NOON),
        ("203.0.113.9", "ws_2", NOON),
        ("203.0.113.9", "ws_1", NOON + DAY_MS),
    ],
)
def test_address_workspace_and_day_make_other_hashes(ip: str, workspace: str, at: int) -> None:
    one, other = identify(), identify(ip=ip, workspace=workspace, at=at)
    assert one.visitor != other.visitor
    assert one.ip_hash != other.ip_hash


def test_hashes_fill_64_bits_and_are_never_zero() -> None:
    made = [identify(ip=f"10.0.{number // 256}.{number % 256}") for number in range(4096)]
    assert len({identity.visitor for identity in made}) == 4096
    assert all(
        0 < value < 2**64 for identity in made for value in (identity.visitor, identity.ip_hash)
    )
    assert max(identity.visitor for identity in made) > 2**63


def test_fields_do_not_run_into_each_other() -> None:
    assert identify(workspace="ws_1", ua=b"ab") != identify(workspace="ws_1a", ua=b"b")


@pytest.mark.parametrize("ip", ["", "unknown", "300.1.1.1", "1.2.3", "::g", "a\x00b", "1.2.3.4:80"])
def test_what_is_no_address_is_nobody(ip: str) -> None:
    assert identify(ip=ip) == NOBODY
    assert packed_address(ip) == b""


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.9", "::ffff:203.0.113.9", True),
        ("203.0.113.9", "::FFFF:cb00:7109", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:0DB8:0001:0002::abcd", True),
        ("fe80::1%eth0", "fe80::2", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("203.0.113.9", "203.0.113.8", False),
        ("0.0.0.1", "::1", False),
    ],
)
def test_a_network_is_one_v4_address_or_one_v6_64(one: str, other: str, same: bool) -> None:
    assert (network(one) == network(other)) is same
    assert (identify(ip=one) == identify(ip=other)) is same


@pytest.mark.parametrize(
    ("dnt", "gpc", "asked"),
    [(b"", b"", False), (b"1", b"", True), (b"", b"1", True), (b"0", b"0", False)],
)
def test_privacy_is_asked_for_by_either_header(dnt: bytes, gpc: bytes, asked: bool) -> None:
    assert asks_for_privacy(dnt, gpc) is asked


def test_edges_agree_on_a_day_without_a_salt_whenever_they_started() -> None:
    steady, fresh = salts(TODAY), salts(TODAY)
    for days in range(5):
        steady.identify(NOON + days * DAY_MS, "ws_1", "203.0.113.9", UA)
    later = NOON + 5 * DAY_MS
    assert steady.identify(later, "ws_1", "203.0.113.9", UA) == fresh.identify(
        later, "ws_1", "203.0.113.9", UA
    )


def test_a_published_salt_is_used_from_then_on() -> None:
    made = salts(TODAY)
    tomorrow = NOON + DAY_MS
    stepped = made.identify(tomorrow, "ws_1", "203.0.113.9", UA)
    made.put("2026-05-20", "secret of the 20th")
    assert made.identify(tomorrow, "ws_1", "203.0.113.9", UA) != stepped
    both = salts(TODAY, ("2026-05-20", "secret of the 20th"))
    assert made.of_day(date(2026, 5, 20)) == both.of_day(date(2026, 5, 20))


def test_a_salt_published_ahead_changes_nothing_today() -> None:
    assert (
        salts(TODAY, ("2026-05-20", "next")).identify(NOON, "ws_1", "203.0.113.9", UA) == identify()
    )


def test_old_salts_are_forgotten_and_days_before_can_no_longer_be_made() -> None:
    made = salts(("2026-05-17", "old"), ("2026-05-18", "yesterday"), TODAY)
    before = made.of_day(date(2026, 5, 17))
    made.identify(NOON, "ws_1", "203.0.113.9", UA)
    assert made.of_day(date(2026, 5, 17)) != before
    assert made.of_day(date(2026, 5, 18)) == salts(("2026-05-18", "yesterday")).of_day(
        date(2026, 5, 18)
    )


def test_a_moment_before_midnight_that_comes_late_is_still_yesterday() -> None:
    made, midnight = salts(("2026-05-17", "old")), NOON + DAY_MS // 2
    before = made.identify(midnight - 1, "ws_1", "203.0.113.9", UA)
    after = made.identify(midnight, "ws_1", "203.0.113.9", UA)
    assert before != after
    assert made.identify(midnight - 1, "ws_1", "203.0.113.9", UA) == before


def test_before_any_salt_the_fallback_serves_and_days_differ() -> None:
    made = salts()
    today = made.identify(NOON, "ws_1", "203.0.113.9", UA)
    assert today == salts().identify(NOON, "ws_1", "203.0.113.9", UA)
    assert today != salts(fallback=b"other").identify(NOON, "ws_1", "203.0.113.9", UA)
    assert today != made.identify(NOON + DAY_MS, "ws_1", "203.0.113.9", UA)


def test_a_salt_of_no_day_is_refused() -> None:
    with pytest.raises(ValueError, match="isoformat"):
        salts(("someday", "x"))
