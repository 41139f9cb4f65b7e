"""The table of the gates, row by row and edge by edge."""

import re
from typing import Any

import pytest

from qz_common.records import AppLinks, PageRecord
from qz_common.rules import Rule
from qz_redirect import gate
from qz_redirect.gate import Facts, Follow, Go, Open, Preview, Show, Verdict, judge, judge_page
from tests.fixtures.standing_edge import NOW_MS, code

FALLBACK = "https://shop.example/closed"
APP = AppLinks(ios="https://apps.example/i", android="https://apps.example/a")
UNLOCKED = Facts(unlocked=True)
LATER, BEFORE = NOW_MS + 1, NOW_MS - 1

CLOSED: list[tuple[dict[str, Any], Show]] = [
    ({"status": "archived"}, Show("archived", 410)),
    ({"status": "exhausted"}, Show("exhausted", 410)),
    ({"status": "paused"}, Show("paused", 404)),
    ({"status": "of a later release"}, Show("paused", 404)),
    ({"starts_at_ms": LATER}, Show("early", 404)),
    ({"expires_at_ms": NOW_MS}, Show("expired", 410)),
    ({"expires_at_ms": BEFORE}, Show("expired", 410)),
    ({"status": "paused", "expires_at_ms": BEFORE}, Show("paused", 404)),
    ({"starts_at_ms": LATER, "password": "x"}, Show("early", 404)),
]
FINAL: list[tuple[dict[str, Any], Show]] = [
    ({"status": "deleted"}, Show("deleted", 410)),
    ({"status": "blocked"}, Show("blocked", 451)),
    ({"status": "blocked", "expires_at_ms": BEFORE}, Show("blocked", 451)),
]
OPEN: list[tuple[dict[str, Any], Facts, Verdict]] = [
    ({}, Facts(), Follow()),
    ({"starts_at_ms": NOW_MS, "expires_at_ms": LATER}, Facts(), Follow()),
    ({"max_scans": 1}, Facts(), Follow()),
    ({"fallback": FALLBACK}, Facts(), Follow()),
    ({"password": "x"}, Facts(), Show("password", 200)),
    ({"password": "x", "fallback": FALLBACK}, Facts(), Show("password", 200)),
    ({"password": "x", "page": "pg_1"}, Facts(), Show("password", 200)),
    ({"password": "x"}, UNLOCKED, Follow()),
    ({"password": "x", "page": "pg_1"}, UNLOCKED, Open("pg_1")),
    ({"page": "pg_1", "preview": True}, Facts(), Open("pg_1")),
    ({"preview": True}, Facts(), Preview()),
    ({"preview": True, "app": APP}, Facts(platform="ios"), Preview("https://apps.example/i")),
    ({"app": APP}, Facts(platform="ios"), Follow("https://apps.example/i")),
    ({"app": APP}, Facts(platform="huawei"), Follow("https://apps.example/a")),
    ({"app": APP}, Facts(), Follow()),
    ({"app": APP, "location": ""}, Facts(platform="android"), Follow("https://apps.example/a")),
    ({"app": APP, "location": ""}, Facts(), Show("unknown", 404)),
    ({"location": ""}, Facts(), Show("unknown", 404)),
    ({"location": "", "rules": (Rule("r"),)}, Facts(), Follow()),
]


@pytest.mark.parametrize(("fields", "shown"), CLOSED)
def test_a_closed_link_shows_why(fields: dict[str, Any], shown: Show) -> None:
    assert judge(code(**fields), UNLOCKED, NOW_MS) == shown


@pytest.mark.parametrize(("fields", "shown"), CLOSED)
def test_a_closed_link_leads_to_its_fallback(fields: dict[str, Any], shown: Show) -> None:
    assert judge(code(**fields, fallback=FALLBACK), Facts(), NOW_MS) == Go(FALLBACK)


@pytest.mark.parametrize(("fields", "shown"), FINAL)
@pytest.mark.parametrize("fallback", ["", FALLBACK])
def test_what_was_taken_away_leads_nowhere(
    fields: dict[str, Any], shown: Show, fallback: str
) -> None:
    assert judge(code(**fields, fallback=fallback), UNLOCKED, NOW_MS) == shown


@pytest.mark.parametrize(("fields", "facts", "verdict"), OPEN)
def test_an_open_link(fields: dict[str, Any], facts: Facts, verdict: Verdict) -> None:
    assert judge(code(**fields), facts, NOW_MS) == verdict


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        (None, Show("unknown", 404)),
        (PageRecord(version=1, id="p", workspace="w"), Show("unknown", 404)),
        (PageRecord(version=1, id="p", workspace="w", html={"": "x"}), None),
        (
            PageRecord(version=1, id="p", workspace="w", html={"": "x"}, status="deleted"),
            Show("deleted", 410),
        ),
        (
            PageRecord(version=1, id="p", workspace="w", html={"": "x"}, status="blocked"),
            Show("blocked", 451),
        ),
        (
            PageRecord(version=1, id="p", workspace="w", html={"": "x"}, status="draft"),
            Show("paused", 404),
        ),
    ],
)
def test_a_page_is_served_only_while_it_stands(page: PageRecord | None, shown: Show | None) -> None:
    assert judge_page(page) == shown


def test_the_written_table_says_what_the_code_does() -> None:
    written = re.findall(r'Show\("(\w+)"\) +\| (\d{3})', gate.__doc__ or "")
    told = {(kind, int(status)) for kind, status in written}
    cases = [shown for _, shown in CLOSED + FINAL] + [verdict for *_, verdict in OPEN]
    assert told == {(case.kind, case.status) for case in cases if isinstance(case, Show)}
