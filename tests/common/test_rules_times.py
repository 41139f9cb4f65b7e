"""Conditions on time: (condition, instant in UTC, does it match), DST days included."""

import pytest

from tests.fixtures.visits import Words, matches

SP, NY, LISBON = "America/Sao_Paulo", "America/New_York", "Europe/Lisbon"
LORD_HOWE, KATHMANDU, APIA = "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"


def dates(start: str, end: str, zone: str = "UTC") -> Words:
    return {"kind": "date_window", "from": start, "until": end, "zone": zone}


def hours(start: str, end: str, zone: str = "UTC") -> Words:
    return {"kind": "time_of_day", "from": start, "until": end, "zone": zone}


def days(*values: str, zone: str = "UTC", op: str = "is") -> Words:
    return {"kind": "weekday", "values": list(values), "zone": zone, "op": op}


DATE_WINDOWS = [
    (dates("2026-05-01", "2026-06-01"), "2026-05-01T00:00:00Z", True),
    (dates("2026-05-01", "2026-06-01"), "2026-04-30T23:59:59.999Z", False),
    (dates("2026-05-01", "2026-06-01"), "2026-05-31T23:59:59.999Z", True),
    (dates("2026-05-01", "2026-06-01"), "2026-06-01T00:00:00Z", False),
    (dates("2026-05-01", ""), "2030-01-01T00:00:00Z", True),
    (dates("", "2026-05-01"), "2020-01-01T00:00:00Z", True),
    (dates("", "2026-05-01"), "2026-05-01T00:00:00Z", False),
    (dates("2026-05-01T09:30", "", SP), "2026-05-01T12:29:59Z", False),
    (dates("2026-05-01T09:30", "", SP), "2026-05-01T12:30:00Z", True),
    (dates("2026-05-01 09:30:15", "", SP), "2026-05-01T12:30:14Z", False),
    (dates("2026-05-01T09:30:15", "", SP), "2026-05-01T12:30:15Z", True),
    (dates("2026-05-01", "", KATHMANDU), "2026-04-30T18:15:00Z", True),
    (dates("2026-05-01", "", KATHMANDU), "2026-04-30T18:14:59Z", False),
    # 02:00 to 03:00 is missing on 8 March in New York: the bound is the jump, 07:00 UTC
    (dates("2026-03-08T02:30", "", NY), "2026-03-08T06:59:59Z", False),
    (dates("2026-03-08T02:30", "", NY), "2026-03-08T07:00:00Z", True),
    (dates("", "2026-03-08T02:30", NY), "2026-03-08T06:59:59Z", True),
    (dates("", "2026-03-08T02:30", NY), "2026-03-08T07:00:00Z", False),
    # 01:00 to 02:00 comes twice on 1 November: the bound is the first pass, 05:30 UTC
    (dates("2026-11-01T01:30", "", NY), "2026-11-01T05:29:59Z", False),
    (dates("2026-11-01T01:30", "", NY), "2026-11-01T05:30:00Z", True),
    (dates("2026-11-01T01:30", "", NY), "2026-11-01T06:10:00Z", True),
    (dates("", "2026-11-01T01:30", NY), "2026-11-01T06:10:00Z", False),
    # half an hour goes forward on Lord Howe; a whole day was skipped in Samoa
    (dates("2026-10-04T02:15", "", LORD_HOWE), "2026-10-03T15:29:59Z", False),
    (dates("2026-10-04T02:15", "", LORD_HOWE), "2026-10-03T15:30:00Z", True),
    (dates("2011-12-30T12:00", "", APIA), "2011-12-30T09:59:59Z", False),
    (dates("2011-12-30T12:00", "", APIA), "2011-12-30T10:00:00Z", True),
]
HOURS = [
    (hours("09:00", "17:00"), "2026-05-19T09:00:00Z", True),
    (hours("09:00", "17:00"), "2026-05-19T08:59:59.999Z", False),
    (hours("09:00", "17:00"), "2026-05-19T16:59:59.999Z", True),
    (hours("09:00", "17:00"), "2026-05-19T17:00:00Z", False),
    (hours("09:00:30", "17:00"), "2026-05-19T09:00:29Z", False),
    (hours("22:00", "02:00"), "2026-05-19T22:00:00Z", True),
    (hours("22:00", "02:00"), "2026-05-19T01:59:59Z", True),
    (hours("22:00", "02:00"), "2026-05-19T02:00:00Z", False),
    (hours("22:00", "02:00"), "2026-05-19T12:00:00Z", False),
    (hours("18:00", "24:00"), "2026-05-19T23:59:59Z", True),
    (hours("18:00", "24:00"), "2026-05-19T00:00:00Z", False),
    (hours("18:00", "00:00"), "2026-05-19T23:59:59Z", True),
    (hours("18:00", "00:00"), "2026-05-19T00:00:00Z", False),
    (hours("00:00", "24:00"), "2026-05-19T00:00:00Z", True),
    (hours("09:00", "17:00", SP), "2026-05-19T12:00:00Z", True),
    (hours("09:00", "17:00", SP), "2026-05-19T11:59:59Z", False),
    (hours("09:00", "10:00", KATHMANDU), "2026-05-19T03:15:00Z", True),
    # the missing hour never comes, the doubled one counts twice
    (hours("02:00", "03:00", NY), "2026-03-08T06:59:59Z", False),
    (hours("02:00", "03:00", NY), "2026-03-08T07:00:00Z", False),
    (hours("01:00", "01:30", NY), "2026-11-01T05:10:00Z", True),
    (hours("01:00", "01:30", NY), "2026-11-01T05:40:00Z", False),
    (hours("01:00", "01:30", NY), "2026-11-01T06:10:00Z", True),
    (hours("01:30", "02:30", LISBON), "2026-03-29T00:59:59Z", False),
    (hours("01:30", "02:30", LISBON), "2026-03-29T01:00:00Z", True),
]
WEEKDAYS = [
    (days("tue"), "2026-05-19T12:00:00Z", True),
    (days("Tue"), "2026-05-19T12:00:00Z", True),
    (days("mon", "wed"), "2026-05-19T12:00:00Z", False),
    (days("sat", "sun"), "2026-05-23T00:00:00Z", True),
    (days("sat", "sun"), "2026-05-25T00:00:00Z", False),
    (days("mon", zone=SP), "2026-05-19T02:59:59Z", True),
    (days("tue", zone=SP), "2026-05-19T02:59:59Z", False),
    (days("wed", zone="Asia/Tokyo"), "2026-05-19T15:00:00Z", True),
    (days("tue", op="is_not"), "2026-05-19T12:00:00Z", False),
    (days("sun", op="is_not"), "2026-05-19T12:00:00Z", True),
]


@pytest.mark.parametrize(("condition", "at", "expected"), [*DATE_WINDOWS, *HOURS, *WEEKDAYS])
def test_condition_matches_at_this_instant(condition: Words, at: str, expected: bool) -> None:
    assert matches({"at": at}, condition) is expected


FRIDAY_NIGHT = [days("fri"), hours("22:00", "02:00")]
TOGETHER = [
    (FRIDAY_NIGHT, "2026-05-22T21:59:59Z", False),
    (FRIDAY_NIGHT, "2026-05-22T22:00:00Z", True),
    (FRIDAY_NIGHT, "2026-05-23T01:59:59Z", True),
    (FRIDAY_NIGHT, "2026-05-23T02:00:00Z", False),
    (FRIDAY_NIGHT, "2026-05-23T22:30:00Z", False),
    (FRIDAY_NIGHT, "2026-05-22T01:00:00Z", False),
    (FRIDAY_NIGHT[::-1], "2026-05-23T01:00:00Z", True),
    ([days("sat", op="is_not"), hours("22:00", "02:00")], "2026-05-23T01:00:00Z", True),
    ([days("fri", op="is_not"), hours("22:00", "02:00")], "2026-05-23T01:00:00Z", False),
    ([days("fri", zone=SP), hours("22:00", "02:00", SP)], "2026-05-23T04:00:00Z", True),
    ([days("fri"), hours("09:00", "17:00")], "2026-05-22T10:00:00Z", True),
    ([days("fri"), hours("09:00", "17:00")], "2026-05-23T10:00:00Z", False),
    # another zone beside it speaks of another day: each for itself
    ([days("sat"), hours("22:00", "02:00", "Europe/London")], "2026-05-23T00:30:00Z", True),
]  # fmt: skip


@pytest.mark.parametrize(("conditions", "at", "expected"), TOGETHER)
def test_a_window_over_midnight_belongs_to_the_day_it_opened_on(
    conditions: list[Words], at: str, expected: bool
) -> None:
    assert matches({"at": at}, *conditions) is expected
