"""Rules from outside: every problem is named, at its place, all at once."""

from typing import Any

import msgspec
import pytest

from qz_common.records import CodeRecord, decode, encode
from qz_common.rules import Arm, Rule, RulesRefused, parse_rules
from qz_common.rules.conditions import KINDS
from qz_common.rules.parse import MAX_ARMS, MAX_CONDITIONS, MAX_RULES

URL = "https://a.example/"


def refusals(raw: object) -> list[tuple[str, str]]:
    with pytest.raises(RulesRefused) as refused:
        parse_rules(raw)
    assert all(words for _, _, words in refused.value.errors)
    return [(pointer, code) for pointer, code, _ in refused.value.errors]


def rule(**fields: object) -> dict[str, object]:
    return {"id": "a", "destination_url": URL} | fields


def condition_refusals(**fields: object) -> list[tuple[str, str]]:
    found = refusals([rule(when=[fields])])
    return [(pointer.removeprefix("/0/when/0"), code) for pointer, code in found]


CONDITIONS: list[tuple[dict[str, object], list[tuple[str, str]]]] = [
    ({}, [("/kind", "missing")]),
    ({"kind": None}, [("/kind", "missing")]),
    ({"kind": "moon"}, [("/kind", "unknown_kind")]),
    ({"kind": ["country"]}, [("/kind", "unknown_kind")]),
    ({"kind": "country"}, [("/values", "missing")]),
    ({"kind": "country", "values": None}, [("/values", "invalid_type")]),
    ({"kind": "country", "values": "BR"}, [("/values", "invalid_type")]),
    ({"kind": "country", "values": []}, [("/values", "too_few")]),
    ({"kind": "country", "values": ["BR"] * 251}, [("/values", "too_many")]),
    ({"kind": "country", "values": ["BR", 7]}, [("/values/1", "invalid_type")]),
    ({"kind": "country", "values": ["BR", "XX", "Brazil"]},
     [("/values/1", "invalid_value"), ("/values/2", "invalid_value")]),
    ({"kind": "country", "values": ["BR"], "op": "isnt"}, [("/op", "invalid_value")]),
    ({"kind": "country", "values": ["BR"], "op": 3}, [("/op", "invalid_type")]),
    ({"kind": "country", "values": ["BR"], "zone": "UTC"}, [("/zone", "unknown_field")]),
    ({"kind": "country", "values": ["BR"], "a/b~c": 1}, [("/a~1b~0c", "unknown_field")]),
    ({"kind": "country", "value": ["BR"]}, [("/value", "unknown_field"), ("/values", "missing")]),
    ({"kind": "region", "values": ["CA", "US-CALI", "XX-1", "California"]},
     [(f"/values/{index}", "invalid_value") for index in range(4)]),
    ({"kind": "city", "values": ["", "  ", "x" * 201, "a\x00b"]},
     [(f"/values/{index}", "invalid_value") for index in range(4)]),
    ({"kind": "device", "values": ["handy"]}, [("/values/0", "invalid_value")]),
    ({"kind": "os", "values": ["amiga"]}, [("/values/0", "invalid_value")]),
    ({"kind": "browser", "values": ["mosaic"]}, [("/values/0", "invalid_value")]),
    ({"kind": "source", "values": ["nfc"]}, [("/values/0", "invalid_value")]),
    ({"kind": "language", "values": ["english", "p", "pt-", "e1", "pt-ßß", "*"]},
     [(f"/values/{index}", "invalid_value") for index in range(6)]),
    ({"kind": "query", "values": ["x"]}, [("/key", "missing")]),
    ({"kind": "query", "key": "", "values": ["x"]}, [("/key", "invalid_value")]),
    ({"kind": "query", "key": "k"}, [("/values", "too_few")]),
    ({"kind": "query", "key": "k", "op": "exists", "values": ["x"]}, [("/values", "not_allowed")]),
    ({"kind": "referrer", "values": ["https://a.example", "a b.c", "-a.example", "a..b"]},
     [(f"/values/{index}", "invalid_value") for index in range(4)]),
    ({"kind": "referrer", "op": "not_exists", "values": ["x.example"]},
     [("/values", "not_allowed")]),
    ({"kind": "date_window"}, [("", "missing")]),
    ({"kind": "date_window", "from": "2026-05-01T00:00:00Z"}, [("/from", "invalid_value")]),
    ({"kind": "date_window", "from": "2026-02-30", "until": "soon", "zone": "Mars/Olympus"},
     [("/from", "invalid_value"), ("/until", "invalid_value"), ("/zone", "invalid_value")]),
    ({"kind": "date_window", "from": "2026-05-02", "until": "2026-05-01"},
     [("/until", "never_open")]),
    ({"kind": "date_window", "from": "2026-05-01", "until": "2026-05-01T00:00"},
     [("/until", "never_open")]),
    ({"kind": "date_window", "from": "2026-03-08T02:10", "until": "2026-03-08T02:50",
      "zone": "America/New_York"}, [("/until", "never_open")]),
    ({"kind": "date_window", "from": "0001-01-01"}, [("/from", "invalid_value")]),
    ({"kind": "date_window", "until": "9999-12-31"}, [("/until", "invalid_value")]),
    ({"kind": "date_window", "from": "2026-05-01", "zone": "../../etc/passwd"},
     [("/zone", "invalid_value")]),
    ({"kind": "time_of_day"}, [("/from", "missing"), ("/until", "missing")]),
    ({"kind": "time_of_day", "from": "9:00", "until": "25:00"},
     [("/from", "invalid_value"), ("/until", "invalid_value")]),
    ({"kind": "time_of_day", "from": "09:60", "until": "10:00:61"},
     [("/from", "invalid_value"), ("/until", "invalid_value")]),
    ({"kind": "time_of_day", "from": "24:00", "until": "01:00"}, [("/from", "invalid_value")]),
    ({"kind": "time_of_day", "from": "09:00", "until": "09:00:00"}, [("/until", "never_open")]),
    ({"kind": "weekday", "values": ["monday"]}, [("/values/0", "invalid_value")]),
    ({"kind": "weekday", "values": ["mon"], "zone": "utc+3"}, [("/zone", "invalid_value")]),
    ({"kind": "visit_number", "values": [0, -1, 1_000_001]},
     [(f"/values/{index}", "invalid_value") for index in range(3)]),
    ({"kind": "visit_number", "values": []}, [("/values", "too_few")]),
    ({"kind": "visit_number", "values": [True]}, [("/values/0", "invalid_type")]),
    ({"kind": "visit_number", "values": ["1"]}, [("/values/0", "invalid_type")]),
    ({"kind": "visit_number", "values": [1, 2], "op": "at_least"}, [("/values", "too_many")]),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "expected"), CONDITIONS)
def test_bad_condition_is_refused_at_its_place(
    condition: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    assert condition_refusals(**condition) == expected


def arm(variant: object, weight: object = 1, **fields: object) -> dict[str, object]:
    return {"variant": variant, "weight": weight, "destination_url": URL} | fields


RULES: list[tuple[object, list[tuple[str, str]]]] = [
    ("all", [("", "invalid_type")]),
    ({"id": "a"}, [("", "invalid_type")]),
    (["a"], [("/0", "invalid_type")]),
    ([None], [("/0", "invalid_type")]),
    ([rule(id=7)], [("/0/id", "invalid_type")]),
    ([rule(id="a b")], [("/0/id", "invalid_value")]),
    ([rule(id="x" * 65)], [("/0/id", "invalid_value")]),
    ([rule(name="x" * 201)], [("/0/name", "invalid_value")]),
    ([rule(name="a\nb")], [("/0/name", "invalid_value")]),
    ([rule(), rule()], [("/1/id", "duplicate")]),
    ([rule(when={})], [("/0/when", "invalid_type")]),
    ([rule(when=[5])], [("/0/when/0", "invalid_type")]),
    ([rule(then="x")], [("/0/then", "unknown_field")]),
    ([{"id": "a"}], [("/0", "destination_missing")]),
    ([{"id": "a", "split": []}], [("/0", "destination_missing")]),
    ([rule(destination_url=5)], [("/0/destination_url", "invalid_type")]),
    ([rule(destination_id="dst_1")], [("/0", "destination_twice")]),
    ([rule(split=[arm("a")])], [("/0", "destination_twice")]),
    ([{"split": [arm("a", 0)]}], [("/0/split/0/weight", "invalid_value")]),
    ([{"split": [arm("a", -5)]}], [("/0/split/0/weight", "invalid_value")]),
    ([{"split": [arm("a", 1_000_001)]}], [("/0/split/0/weight", "invalid_value")]),
    ([{"split": [arm("a", 0.5)]}], [("/0/split/0/weight", "invalid_type")]),
    ([{"split": [arm("a", "50")]}], [("/0/split/0/weight", "invalid_type")]),
    ([{"split": [arm("a"), arm("a")]}], [("/0/split/1/variant", "duplicate")]),
    ([{"split": [arm("")]}], [("/0/split/0/variant", "invalid_value")]),
    ([{"split": [arm("a", share=1)]}], [("/0/split/0/share", "unknown_field")]),
    ([{"split": [arm("a", destination_url="")]}], [("/0/split/0", "destination_missing")]),
    ([{"split": [arm("a", destination_id="d")]}], [("/0/split/0", "destination_twice")]),
    ([{"split": [{}]}], [("/0/split/0/variant", "missing"), ("/0/split/0/weight", "missing"),
                         ("/0/split/0", "destination_missing")]),
    ([{"split": [arm(str(n)) for n in range(MAX_ARMS + 1)]}], [("/0/split", "too_many")]),
    ([rule(id=str(n)) for n in range(MAX_RULES + 1)], [("", "too_many")]),
    ([rule(when=[{"kind": "source", "values": ["link"]}] * (MAX_CONDITIONS + 1))],
     [("/0/when", "too_many")]),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "expected"), RULES)
def test_bad_rule_is_refused_at_its_place(raw: object, expected: list[tuple[str, str]]) -> None:
    assert refusals(raw) == expected


def test_all_problems_of_all_rules_come_at_once() -> None:
    raw = [
        rule(when=[{"kind": "country", "values": ["??"]}, {"kind": "moon"}], extra=1),
        {"id": "a", "split": [arm("x", 0), arm("x", 2, destination_url="")]},
    ]
    assert sorted(refusals(raw)) == sorted(
        [
            ("/0/extra", "unknown_field"),
            ("/0/when/0/values/0", "invalid_value"),
            ("/0/when/1/kind", "unknown_kind"),
            ("/1/id", "duplicate"),
            ("/1/split/0/weight", "invalid_value"),
            ("/1/split/1", "destination_missing"),
            ("/1/split/1/variant", "duplicate"),
        ]
    )


def test_a_flood_of_problems_is_cut_and_its_words_are_short() -> None:
    with pytest.raises(RulesRefused) as refused:
        parse_rules([{"id": "a", **{f"{n}" + "x" * 5000: 1 for n in range(500)}}])
    assert len(refused.value.errors) == 100
    assert max(len(words) for _, _, words in refused.value.errors) < 200


def test_none_and_an_empty_list_are_no_rules() -> None:
    assert parse_rules(None) == ()
    assert parse_rules([]) == ()


def test_rules_without_id_are_named_by_place_around_taken_names() -> None:
    raw = [rule(id=None), rule(id="r1"), {"destination_id": "dst_1"}, rule(id="")]
    assert [parsed.id for parsed in parse_rules(raw)] == ["r2", "r1", "r3", "r4"]


def test_null_in_an_optional_field_is_as_left_out() -> None:
    raw = [rule(destination_id=None, split=None, when=None, name=None)]
    assert parse_rules(raw) == (Rule(id="a", destination_url=URL),)


def test_values_are_kept_in_canonical_form() -> None:
    conditions: list[dict[str, object]] = [
        {"kind": "country", "values": ["br"]},
        {"kind": "language", "values": ["PT_br"]},
        {"kind": "referrer", "values": ["Bücher.example."]},
        {"kind": "city", "values": [" São Paulo "]},
    ]
    (parsed,) = parse_rules([rule(when=conditions)])
    kept = [msgspec.to_builtins(condition)["values"] for condition in parsed.when]
    assert kept == [("BR",), ("pt-br",), ("xn--bcher-kva.example",), ("São Paulo",)]


EXAMPLES: dict[str, dict[str, object]] = {
    "browser": {"values": ["safari"]},
    "city": {"values": ["lisbon"]},
    "country": {"values": ["PT"]},
    "date_window": {"from": "2026-05-01", "zone": "Europe/Lisbon"},
    "device": {"values": ["phone"]},
    "language": {"values": ["pt"]},
    "os": {"values": ["ios"]},
    "query": {"key": "ref", "values": ["a"]},
    "referrer": {"values": ["a.example"]},
    "region": {"values": ["PT-11"]},
    "source": {"values": ["symbol"]},
    "time_of_day": {"from": "09:00", "until": "17:00"},
    "visit_number": {"values": [1]},
    "weekday": {"values": ["mon"]},
}


def test_every_kind_has_an_example() -> None:
    assert EXAMPLES.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_leaves_no_method_out(kind: str) -> None:
    found = {name: getattr(KINDS[kind], name) for name in dir(KINDS[kind])}
    assert not [name for name, each in found.items() if hasattr(each, "__isabstractmethod__")]


@pytest.mark.parametrize("kind", EXAMPLES)
def test_every_kind_survives_the_way_over_routing_and_back_through_the_door(kind: str) -> None:
    rules = parse_rules([rule(when=[{"kind": kind} | EXAMPLES[kind]])])
    record = CodeRecord(version=1, workspace="ws_1", link="lnk_1", rules=rules)
    assert decode(encode(record)) == record
    shown: Any = msgspec.to_builtins(rules)
    assert parse_rules(list(shown)) == rules


def test_rule_shape_on_the_wire_stays() -> None:
    rules = parse_rules(
        [
            {
                "id": "a",
                "when": [{"kind": "country", "values": ["PT"]}],
                "split": [arm("x", 3), {"variant": "y", "weight": 1, "destination_id": "dst_1"}],
            }
        ]
    )
    assert msgspec.json.encode(rules) == (
        b'[{"id":"a","when":[{"kind":"country","values":["PT"],"op":"is"}],'
        b'"split":[{"variant":"x","weight":3,"destination_url":"https://a.example/"},'
        b'{"variant":"y","weight":1,"destination_id":"dst_1"}]}]'
    )
    assert rules[0].split[1] == Arm("y", 1, destination_id="dst_1")
