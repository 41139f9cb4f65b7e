"""Times, languages and the door against slow and simple oracles, on any input."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import fields

from qz_common.rules import (
    Pretend,
    PretendRefused,
    Rule,
    RulesRefused,
    explain,
    parse_pretend,
    parse_rules,
    pretend_visit,
)
from qz_common.rules.conditions.date_window import DateWindow
from qz_common.rules.conditions.time_of_day import TimeOfDay
from qz_common.rules.conditions.weekday import WEEKDAYS, Weekday
from qz_common.rules.shape import Error
from qz_common.visit import Visit, most_wanted, read_query
from qz_common.wall import opening_ms
from tests.fixtures.visits import TUESDAY_NOON_MS, record_of

# Whole and half hours, both hemispheres, a 30-minute change, a zone without any, one that
# changed at midnight, one that skipped a day.
ZONES = [
    "UTC", "Europe/Lisbon", "Europe/Berlin", "America/New_York", "America/Sao_Paulo",
    "America/Havana", "Asia/Kathmandu", "Asia/Tehran", "Australia/Lord_Howe",
    "Pacific/Chatham", "Pacific/Apia", "Africa/Casablanca",
]  # fmt: skip
HOUR = 3600
zones = st.sampled_from(ZONES)
FIRST, LAST = datetime(2005, 1, 1, tzinfo=UTC), datetime(2037, 12, 31, tzinfo=UTC)


def _changes(zone: str) -> list[int]:
    """The start of every day on which the offset changes, by looking at all of them."""
    place = ZoneInfo(zone)
    hours = range(int(FIRST.timestamp()), int(LAST.timestamp()), 24 * HOUR)
    offsets = [(at, datetime.fromtimestamp(at, place).utcoffset()) for at in hours]
    pairs = pairwise(offsets)
    return [at for (at, before), (_, after) in pairs if before != after] or [0]


CHANGES = {zone: _changes(zone) for zone in ZONES}


@st.composite
def instants(draw: st.DrawFn, zone: str) -> int:
    """Any second, half of the time one within two days of a change of the clocks."""
    anywhere = st.integers(int(FIRST.timestamp()), int(LAST.timestamp()))
    nearby = st.builds(
        lambda change, seconds: change + seconds,
        st.sampled_from(CHANGES[zone]),
        st.integers(0, 48 * HOUR),
    )
    return draw(st.one_of(anywhere, nearby))


@st.composite
def zoned(draw: st.DrawFn, many: int) -> tuple[str, list[int]]:
    zone = draw(zones)
    return zone, [draw(instants(zone)) for _ in range(many)]


def shown(second: int, zone: str) -> datetime:
    return datetime.fromtimestamp(second, ZoneInfo(zone)).replace(tzinfo=None)


def first_showing(wall: datetime, zone: str) -> int:
    """The oracle: walk minute by minute until the clock shows `wall` or later."""
    second = int(wall.replace(tzinfo=UTC).timestamp()) - 30 * HOUR
    while shown(second, zone) < wall:
        second += 60
    return second


@settings(max_examples=60, deadline=None)
@given(zoned(1))
def test_a_bound_is_the_first_instant_at_which_the_clock_shows_it(
    case: tuple[str, list[int]],
) -> None:
    zone, (second,) = case
    wall = shown(second, zone).replace(second=0)
    assert opening_ms(wall.isoformat(timespec="minutes"), zone) == 1000 * first_showing(wall, zone)


@settings(max_examples=40, deadline=None)
@given(zones.flatmap(lambda zone: st.tuples(st.just(zone), st.sampled_from(CHANGES[zone]))),
       st.integers(0, 48 * 60 - 1))  # fmt: skip
def test_a_bound_in_a_missing_hour_is_the_moment_of_the_jump(
    case: tuple[str, int], minute: int
) -> None:
    zone, change = case
    wall = datetime.fromtimestamp(change, UTC).replace(tzinfo=None) + timedelta(minutes=minute)
    expected = 1000 * first_showing(wall, zone)
    assert opening_ms(wall.isoformat(timespec="minutes"), zone) == expected


@settings(deadline=None)
@given(zoned(4))
def test_windows_that_meet_leave_no_hole_and_no_overlap(case: tuple[str, list[int]]) -> None:
    zone, (one, two, three, at) = case
    first, middle, last = (
        wall.isoformat() for wall in sorted(shown(second, zone) for second in (one, two, three))
    )
    visit = Visit(ts_ms=at * 1000)
    left = DateWindow(opens=first, until=middle, zone=zone).matches(visit)
    right = DateWindow(opens=middle, until=last, zone=zone).matches(visit)
    assert not (left and right)
    assert (left or right) is DateWindow(opens=first, until=last, zone=zone).matches(visit)


clocks = st.integers(0, 86_399).map(
    lambda second: f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
)


def opening_days(at: datetime, start: str, end: str) -> list[datetime]:
    """The oracle: try a window opened today and one opened yesterday, on the wall clock."""
    today = at.replace(hour=0, minute=0, second=0)
    open_on = []
    for day in (today - timedelta(days=1), today):
        opened = datetime.fromisoformat(f"{day:%Y-%m-%d}T{start}")
        closed = datetime.fromisoformat(f"{day:%Y-%m-%d}T{end}")
        closed += timedelta(days=1) if closed <= opened else timedelta()
        if opened <= at < closed:
            open_on.append(day)
    return open_on


@settings(deadline=None)
@given(zoned(1), clocks, clocks, st.sets(st.sampled_from(WEEKDAYS), min_size=1))
@example(("UTC", [1_779_494_400]), "22:00:00", "02:00:00", {"fri"})
def test_time_of_day_and_weekday_agree_with_the_calendar(
    case: tuple[str, list[int]], start: str, end: str, days: set[str]
) -> None:
    zone, (second,) = case
    at, visit = shown(second, zone), Visit(ts_ms=second * 1000 + 999)
    hours = TimeOfDay(opens=start, until=end, zone=zone)
    weekday = Weekday(values=tuple(days), zone=zone)
    if start == end:
        assert hours.problems()
        return
    opened = opening_days(at, start, end)
    assert hours.matches(visit) is bool(opened)
    assert weekday.matches(visit) is (WEEKDAYS[at.weekday()] in days)
    both = (weekday, hours)
    expected = any(WEEKDAYS[day.weekday()] in days for day in opened)
    assert all(condition.matches(visit, both) for condition in both) is expected


tags = st.sampled_from(["en", "en-GB", "pt", "pt-BR", "de", "zh-Hant-TW", "fr", "*"])
weights = st.one_of(st.none(), st.integers(0, 1000).map(lambda thousandths: thousandths / 1000))


@settings(deadline=None)
@given(st.lists(st.tuples(tags, weights), max_size=8), st.sampled_from([",", ", ", " ,\t"]))
def test_the_most_wanted_language_is_the_first_of_the_highest_weight(
    wanted: list[tuple[str, float | None]], comma: str
) -> None:
    header = comma.join(tag if q is None else f"{tag};q={q:.3f}" for tag, q in wanted)
    ranked = [(-(1.0 if q is None else q), place, tag) for place, (tag, q) in enumerate(wanted)]
    able = sorted(rank for rank in ranked if rank[0] < 0 and rank[2] != "*")
    assert most_wanted(header.encode()) == (able[0][2] if able else "")


@settings(deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_in_a_header_are_read_without_harm(raw: bytes) -> None:
    visit = Visit(ts_ms=0, user_agent=raw, accept_language=raw, referrer=raw, query=raw)
    facts = (visit.language, visit.referrer_host, visit.sticky_key, visit.client.device)
    assert all(isinstance(fact, str) for fact in facts)
    assert len(read_query(raw)) <= 100


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["id", "when", "kind", "values", "op", "split", "variant", "weight",
                         "from", "until", "zone", "destination_url", "key", "name"])
        | st.text(max_size=4), inner | st.sampled_from(["country", "query", "weekday",
                                                        "date_window", "time_of_day"]),
        max_size=6),
    max_leaves=30,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(json_values)
def test_any_json_is_taken_or_refused_with_reasons(raw: object) -> None:
    errors, rules = read_rules(raw)
    assert errors or raw is None or len(rules) == len(raw if isinstance(raw, list) else [])
    for pointer, code, words in errors:
        assert pointer == "" or pointer.startswith("/")
        assert code
        assert words


def read_rules(raw: object) -> tuple[list[Error], tuple[Rule, ...]]:
    try:
        return [], parse_rules(raw)
    except RulesRefused as refused:
        return refused.errors, ()


pretend_fields = st.sampled_from([field.name for field in fields(Pretend)])
pretend_values = st.text(max_size=8) | st.integers() | json_values | st.datetimes().map(str)


@settings(max_examples=300, deadline=None)
@given(json_values | st.dictionaries(pretend_fields, pretend_values, max_size=4))
def test_any_pretend_visit_is_explained_or_refused_with_reasons(raw: object) -> None:
    errors, visit = read_pretend(raw)
    if visit is not None:
        trace = explain(EVERYTHING, visit)
        assert [rule.id for rule in trace.rules] == ["r1", "r2"]
    assert (visit is None) is bool(errors)


EVERYTHING = record_of(
    {"destination_url": "https://a.example/", "when": [
        {"kind": "date_window", "from": "2026-05-01", "zone": "America/New_York"},
        {"kind": "time_of_day", "from": "22:00", "until": "02:00", "zone": "Pacific/Apia"},
        {"kind": "weekday", "values": ["mon"], "zone": "Pacific/Apia"},
        {"kind": "query", "key": "a", "op": "exists"},
        {"kind": "visit_number", "values": [1]}]},
    {"split": [{"variant": "a", "weight": 1, "destination_url": "https://b.example/"}]},
)  # fmt: skip


def read_pretend(raw: object) -> tuple[list[Error], Visit | None]:
    try:
        return [], pretend_visit(parse_pretend(raw), TUESDAY_NOON_MS)
    except PretendRefused as refused:
        return refused.errors, None


@pytest.mark.parametrize("zone", ZONES)
def test_the_table_of_changes_is_not_empty_where_clocks_change(zone: str) -> None:
    assert (CHANGES[zone] == [0]) is (zone in ("UTC", "Asia/Kathmandu"))
