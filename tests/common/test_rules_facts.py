"""Conditions on what the visitor is and where: (condition, visit in words, does it match)."""

import pytest

from tests.fixtures.visits import Words, matches


def is_(kind: str, *values: object) -> Words:
    return {"kind": kind, "op": "is", "values": list(values)}


def is_not(kind: str, *values: object) -> Words:
    return {"kind": kind, "op": "is_not", "values": list(values)}


def visit_number(op: str, *values: int) -> Words:
    return {"kind": "visit_number", "op": op, "values": list(values)}


PLACES = [
    (is_("country", "BR"), {"country": "BR"}, True),
    (is_("country", "br"), {"country": "BR"}, True),
    (is_("country", "BR"), {"country": "br"}, True),
    (is_("country", " br "), {"country": "BR"}, True),
    (is_("country", "BR"), {"country": "PT"}, False),
    (is_("country", "BR", "PT"), {"country": "PT"}, True),
    (is_("country", "XK"), {"country": "XK"}, True),
    (is_("country", "BR"), {}, False),
    (is_not("country", "BR"), {"country": "PT"}, True),
    (is_not("country", "BR"), {"country": "BR"}, False),
    (is_not("country", "BR", "PT"), {"country": "PT"}, False),
    (is_not("country", "BR"), {}, True),
    (is_("region", "BR-SP"), {"region": "BR-SP"}, True),
    (is_("region", "br-sp"), {"region": "BR-SP"}, True),
    (is_("region", "US-CA"), {"region": "us-ca"}, True),
    (is_("region", "US-CA"), {"region": "CA-CA"}, False),
    (is_("region", "US-CA"), {"country": "US"}, False),
    (is_("region", "FR-75C"), {"region": "FR-75C"}, True),
    (is_("region", "PT-11"), {"region": "PT-11"}, True),
    (is_("region", "US-CA"), {}, False),
    (is_not("region", "US-CA"), {"region": "US-NV"}, True),
    (is_not("region", "US-CA"), {}, True),
    (is_("city", "São Paulo"), {"city": "Sao Paulo"}, True),
    (is_("city", "sao paulo"), {"city": "São Paulo"}, True),
    (is_("city", "SAO PAULO"), {"city": "São Paulo"}, True),
    (is_("city", "Zürich"), {"city": "Zurich"}, True),
    (is_("city", "São"), {"city": "São Paulo"}, False),
    (is_("city", "東京"), {"city": "東京"}, True),
    (is_("city", "Paris"), {}, False),
    (is_not("city", "Paris"), {}, True),
    (is_not("city", "paris"), {"city": "Paris"}, False),
]
CLIENTS = [
    (is_("device", "phone"), {"device": "phone"}, True),
    (is_("device", "Phone"), {"device": "phone"}, True),
    (is_("device", "phone"), {"device": "tablet"}, False),
    (is_("device", "mobile"), {"device": "phone"}, True),
    (is_("device", "mobile"), {"device": "tablet"}, True),
    (is_("device", "mobile"), {"device": "desktop"}, False),
    (is_("device", "tablet"), {"device": "tablet"}, True),
    (is_("device", "desktop", "tv"), {"device": "tv"}, True),
    (is_("device", "console"), {"device": "console"}, True),
    (is_("device", "watch"), {"device": "watch"}, True),
    (is_("device", "bot"), {"device": "bot"}, True),
    (is_("device", "phone"), {}, False),
    (is_not("device", "phone"), {}, True),
    (is_not("device", "mobile"), {"device": "tablet"}, False),
    (is_not("device", "bot"), {"device": "phone"}, True),
    (is_("os", "ios"), {"os": "ios"}, True),
    (is_("os", "iOS"), {"os": "ios"}, True),
    (is_("os", "ios"), {"os": "ipados"}, True),
    (is_("os", "ipados"), {"os": "ipados"}, True),
    (is_("os", "ipados"), {"os": "ios"}, False),
    (is_not("os", "ios"), {"os": "ipados"}, False),
    (is_("os", "android"), {"os": "harmonyos"}, False),
    (is_("os", "android", "harmonyos"), {"os": "harmonyos"}, True),
    (is_("os", "windows", "macos", "linux", "chromeos"), {"os": "chromeos"}, True),
    (is_("os", "android"), {}, False),
    (is_not("os", "android"), {}, True),
    (is_("browser", "safari"), {"browser": "safari"}, True),
    (is_("browser", "chrome"), {"browser": "edge"}, False),
    (is_("browser", "in_app"), {"browser": "instagram"}, True),
    (is_("browser", "in_app"), {"browser": "webview"}, True),
    (is_("browser", "in_app"), {"browser": "safari"}, False),
    (is_("browser", "instagram"), {"browser": "facebook"}, False),
    (is_not("browser", "in_app"), {"browser": "tiktok"}, False),
    (is_not("browser", "in_app"), {"browser": "firefox"}, True),
    (is_("browser", "samsung"), {}, False),
    (is_not("browser", "samsung"), {}, True),
]
SOURCES = [
    (is_("source", "symbol"), {"source": "symbol"}, True),
    (is_("source", "Symbol"), {"source": "symbol"}, True),
    (is_("source", "symbol"), {"source": "link"}, False),
    (is_("source", "link"), {"source": "link"}, True),
    (is_("source", "link"), {}, False),
    (is_not("source", "link"), {"source": "symbol"}, True),
    (is_not("source", "link"), {}, True),
]
VISIT_NUMBERS = [
    (visit_number("is", 1), {"visit_number": 1}, True),
    (visit_number("is", 1), {"visit_number": 2}, False),
    (visit_number("is", 1, 3), {"visit_number": 3}, True),
    (visit_number("is", 1), {}, False),
    (visit_number("is_not", 1), {"visit_number": 2}, True),
    (visit_number("is_not", 1), {"visit_number": 1}, False),
    (visit_number("is_not", 1), {}, True),
    (visit_number("at_least", 3), {"visit_number": 3}, True),
    (visit_number("at_least", 3), {"visit_number": 2}, False),
    (visit_number("at_least", 1), {}, False),
    (visit_number("at_most", 3), {"visit_number": 3}, True),
    (visit_number("at_most", 3), {"visit_number": 4}, False),
    (visit_number("at_most", 3), {}, False),
]


@pytest.mark.parametrize(
    ("condition", "visit", "expected"), [*PLACES, *CLIENTS, *SOURCES, *VISIT_NUMBERS]
)
def test_condition_matches_this_visit(condition: Words, visit: Words, expected: bool) -> None:
    assert matches(visit, condition) is expected


AND_CASES = [
    ([is_("country", "BR"), is_("device", "phone")], {"country": "BR", "device": "phone"}, True),
    ([is_("country", "BR"), is_("device", "phone")], {"country": "BR", "device": "tv"}, False),
    ([is_("country", "BR"), is_not("os", "ios")], {"country": "BR"}, True),
    ([is_("country", "BR"), is_("country", "PT")], {"country": "BR"}, False),
    ([], {}, True),
]


@pytest.mark.parametrize(("conditions", "visit", "expected"), AND_CASES)
def test_conditions_of_a_rule_hold_together(
    conditions: list[Words], visit: Words, expected: bool
) -> None:
    assert matches(visit, *conditions) is expected
