"""What a scan leads to, and the reasons that explain gives."""

import msgspec
import pytest

from qz_common.rules import (
    Arm,
    Decision,
    PretendRefused,
    Rule,
    explain,
    parse_pretend,
    pretend_visit,
    resolve,
)
from qz_common.rules.conditions.time_of_day import TimeOfDay
from qz_common.rules.conditions.weekday import Weekday
from tests.fixtures.visits import DEFAULT, TUESDAY_NOON_MS, record_of, visit_of

PHONES = {"id": "phones", "when": [{"kind": "device", "values": ["phone"]}],
          "destination_url": "https://phone.example/"}  # fmt: skip
BRAZIL = {"id": "brazil", "name": "To Brazil", "destination_url": "https://br.example/",
          "when": [{"kind": "country", "values": ["BR"]},
                   {"kind": "language", "values": ["pt"]}]}  # fmt: skip


def test_without_rules_the_default_is_taken() -> None:
    assert resolve(record_of(), visit_of()) == Decision(DEFAULT, destination_id="dst_default")


def test_the_first_rule_that_matches_wins() -> None:
    visit = visit_of(device="phone", country="BR", language="pt-BR")
    assert resolve(record_of(PHONES, BRAZIL), visit).rule == "phones"
    assert resolve(record_of(BRAZIL, PHONES), visit).rule == "brazil"


def test_when_no_rule_matches_the_default_is_taken() -> None:
    decision = resolve(record_of(PHONES, BRAZIL), visit_of(country="BR"))
    assert decision == Decision(DEFAULT, destination_id="dst_default")


def test_the_decision_names_rule_and_destination() -> None:
    record = msgspec.structs.replace(
        record_of(), rules=(Rule("r", destination_url="https://x.example/", destination_id="d"),)
    )
    assert resolve(record, visit_of()) == Decision("https://x.example/", "r", "", "d")


def test_a_rule_whose_destination_is_gone_leads_to_the_default() -> None:
    split = (Arm("a", 1, destination_id="dst_gone"),)
    record = msgspec.structs.replace(record_of(), rules=(Rule("r", split=split),))
    assert resolve(record, visit_of()) == Decision(DEFAULT, "r", "a", "dst_default")


def test_a_zone_that_this_machine_does_not_know_is_an_unknown_fact() -> None:
    never = Rule("t", when=(TimeOfDay(opens="00:00", until="24:00", zone="Mars/Olympus"),))
    is_not = Rule("w", when=(Weekday(values=("tue",), op="is_not", zone="Mars/Olympus"),))
    record = msgspec.structs.replace(record_of(), rules=(never, is_not))
    assert resolve(record, visit_of()).rule == "w"


def test_explain_tells_every_condition_and_the_fact_it_saw() -> None:
    trace = explain(record_of(PHONES, BRAZIL), visit_of(country="BR", language="pt-BR"))
    assert trace.decision.rule == "brazil"
    assert [(rule.id, rule.outcome) for rule in trace.rules] == [
        ("phones", "no_match"),
        ("brazil", "won"),
    ]
    assert [
        (c.kind, c.condition, c.seen, c.matched) for r in trace.rules for c in r.conditions
    ] == [
        ("device", "device is phone", "device is unknown", False),
        ("country", "country is BR", "country is BR", True),
        ("language", "language is pt", "language is pt-BR", True),
    ]


def test_explain_tells_a_rule_that_an_earlier_one_went_before() -> None:
    visit = visit_of(device="phone", country="BR", language="pt")
    trace = explain(record_of(PHONES, BRAZIL), visit)
    assert [rule.outcome for rule in trace.rules] == ["won", "behind"]


@pytest.mark.parametrize(
    ("words", "sticks_to"),
    [
        ({"visitor": 7}, "the visitor, for this day"),
        ({"visitor": 7, "query": "qz_k=me"}, "the key in the query"),
        ({}, "nothing: the visitor is unknown"),
    ],
)
def test_explain_tells_what_an_arm_sticks_to(words: dict[str, object], sticks_to: str) -> None:
    arms = [{"variant": "a", "weight": 1, "destination_url": "https://a.example/"}]
    (rule,) = explain(record_of({"split": arms}), visit_of(**words)).rules
    assert (rule.outcome, rule.variant, rule.sticks_to) == ("won", "a", sticks_to)


SEEN = [
    ({"kind": "city", "op": "is_not", "values": ["Faro", "Porto"]}, {"city": "Évora"},
     "city is not one of Faro, Porto", "city is Évora"),
    ({"kind": "query", "key": "ref", "op": "exists"}, {"query": "ref=a&ref=b"},
     "query parameter ref exists", "ref is a and b"),
    ({"kind": "query", "key": "ref", "op": "starts_with", "values": ["x"]}, {},
     "query parameter ref starts with x", "there is no ref"),
    ({"kind": "referrer", "values": ["a.example"]}, {"referrer": "b.example"},
     "referrer is a.example", "referrer is b.example"),
    ({"kind": "date_window", "from": "2026-05-01", "zone": "Asia/Tokyo"}, {},
     "date is from 2026-05-01 in Asia/Tokyo", "it is 2026-05-19T21:00:00 in Asia/Tokyo"),
    ({"kind": "time_of_day", "from": "09:00", "until": "17:00"}, {},
     "time of day is from 09:00 until 17:00 in UTC", "it is 12:00:00 in UTC"),
    ({"kind": "weekday", "values": ["mon"]}, {}, "weekday is mon in UTC", "it is tue 12:00 in UTC"),
    ({"kind": "visit_number", "op": "at_least", "values": [3]}, {"visit_number": 2},
     "visit number at least 3", "visit number is 2"),
    ({"kind": "os", "values": ["ios"]}, {"os": "ipados"},
     "operating system is ios", "operating system is ipados"),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "visit", "words", "seen"), SEEN)
def test_explain_speaks_plainly(
    condition: dict[str, object], visit: dict[str, object], words: str, seen: str
) -> None:
    record = record_of({"when": [condition], "destination_url": "https://x.example/"})
    (trace,) = explain(record, visit_of(**visit)).rules[0].conditions
    assert (trace.condition, trace.seen) == (words, seen)


def test_a_pretend_visit_reads_a_user_agent_and_lets_words_win() -> None:
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1"
    visit = visit_of(user_agent=agent, browser="Chrome")
    assert (visit.client.device, visit.client.os, visit.client.browser) == (
        "phone",
        "ios",
        "chrome",
    )
    assert visit.ts_ms == TUESDAY_NOON_MS


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("phone", [("", "invalid_type")]),
        ({"phone": 1}, [("/phone", "unknown_field")]),
        ({"device": 1, "at": "soon"}, [("/device", "invalid_type"), ("/at", "invalid_value")]),
        ({"at": "2026-05-19T12:00:00"}, [("/at", "invalid_value")]),
        ({"at": "0001-01-01T00:00:00Z"}, [("/at", "invalid_value")]),
        ({"at": "9999-12-31T23:59:59Z"}, [("/at", "invalid_value")]),
        ({"source": "nfc"}, [("/source", "invalid_value")]),
        ({"visitor": -1, "visit_number": -1}, [("/visitor", "invalid_value"),
                                               ("/visit_number", "invalid_value")]),
        ({"referrer": "x" * 2001}, [("/referrer", "too_long")]),
    ],
)  # fmt: skip
def test_a_pretend_visit_that_cannot_be_read_is_refused(
    raw: object, expected: list[tuple[str, str]]
) -> None:
    with pytest.raises(PretendRefused) as refused:
        parse_pretend(raw)
    assert [(pointer, code) for pointer, code, _ in refused.value.errors] == expected


@pytest.mark.parametrize("query", ["a=\ud800", {"a": "\ud800"}])
def test_half_a_character_in_a_pretend_query_does_no_harm(query: object) -> None:
    assert visit_of(query=query).query_values("a") == ["?"]


def test_a_pretend_visit_of_nothing_knows_nothing() -> None:
    visit = pretend_visit(parse_pretend(None), 5)
    assert (visit.ts_ms, visit.client.os, visit.language, visit.place.country) == (5, "", "", "")
