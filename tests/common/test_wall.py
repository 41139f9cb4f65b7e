"""What counts as a wall-clock time, and what doesn't."""

import pytest

from qz_common.wall import opening_ms, read_clock, read_wall, wall_clock, zone_problem


@pytest.mark.parametrize(
    "text",
    ["2026-05-01", "2026-05-01T09:30", "2026-05-01 09:30", "2026-05-01T09:30:15", "2028-02-29"],
)
def test_wall_clock_times_are_read(text: str) -> None:
    at = read_wall(text)
    assert at is not None
    assert at.isoformat().startswith(text.replace(" ", "T"))


@pytest.mark.parametrize(
    "text",
    ["", "2026", "2026-5-1", "20260501", "2026-W01-1", "2026-02-29", "2026-13-01", "2026-05-01T",
     "2026-05-01T9:30", "2026-05-01T24:00", "2026-05-01T09:30Z", "2026-05-01T09:30+01:00",
     "2026-05-01t09:30", "2026-05-01T09:30:61", "2026-05-01T09:30:15.5", "１026-05-01",
     "1969-12-31",
     "9999-12-31", "2026-05-01 ", " 2026-05-01"],
)  # fmt: skip
def test_anything_else_is_none(text: str) -> None:
    assert read_wall(text) is None
    assert opening_ms(text, "UTC") is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("00:00", 0), ("09:30", 34_200), ("23:59:59", 86_399), ("24:00", 86_400),
     ("24:00:00", None), ("9:30", None), ("09", None), ("09:60", None), ("-1:00", None),
     ("09:30:15:00", None), ("０9:30", None), ("09:30Z", None), ("", None)],
)  # fmt: skip
def test_times_of_day_are_read(text: str, seconds: int | None) -> None:
    assert read_clock(text) == seconds


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "utc+3", "/etc/localtime", "../UTC", "localtime", "a\x00b"]
)
def test_what_is_no_zone_is_told(name: str) -> None:
    assert name in zone_problem(name)
    assert wall_clock(0, name) is None
    assert opening_ms("2026-05-01", name) is None


@pytest.mark.parametrize("name", ["UTC", "Europe/Lisbon", "America/Argentina/Buenos_Aires"])
def test_iana_zones_are_known(name: str) -> None:
    assert zone_problem(name) == ""
