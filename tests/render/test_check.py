"""The report: trials, score, sizes; refusals are told, not raised."""

import pytest

from qz_render import Invalid, Report, Size, check, parse_style

URL = "https://example.com/check"


def test_plain_code_scores_high_and_is_readable() -> None:
    report = check(URL)
    assert report.readable
    assert report.score >= 80
    assert {trial.way for trial in report.trials} == {
        "blur", "noise", "low_contrast", "rotation", "perspective", "cover", "small",
    }  # fmt: skip
    assert "estimate" in report.note


def test_harsher_levels_never_read_better_for_a_plain_code() -> None:
    by_way: dict[str, list[bool]] = {}
    for trial in check(URL).trials:
        by_way.setdefault(trial.way, []).append(trial.passed)
    assert all(passed == sorted(passed, reverse=True) for passed in by_way.values())


def test_low_contrast_scores_below_black_on_white() -> None:
    assert check(URL, parse_style({"foreground": "#7c8594"})).score < check(URL).score


def test_refused_style_scores_nothing_and_says_why() -> None:
    report = check(URL, parse_style({"foreground": "#ffffff"}))
    assert (report.score, report.readable) == (0, False)
    assert report.refusals[0].code == "contrast_too_low"


def test_small_print_is_warned_of_in_the_report() -> None:
    report = check(URL, size=Size(300, 12.7, 600))
    assert report.module_mm is not None
    assert 0.25 <= report.module_mm < 0.40
    assert [warning.code for warning in report.warnings] == ["module_small"]


def test_smallest_size_follows_the_distance() -> None:
    near, far = check(URL, distance_mm=100), check(URL, distance_mm=3000)
    side = 17 + 4 * near.version
    assert near.smallest_symbol_mm == pytest.approx(side * 0.4)
    assert far.smallest_symbol_mm == 300
    assert far.smallest_image_mm == pytest.approx(300 * (side + 8) / side, abs=0.1)


def test_bad_distance_is_refused() -> None:
    for distance in (0, -5, float("nan"), float("inf"), 1e9):
        with pytest.raises(Invalid):
            check(URL, distance_mm=distance)


def test_reports_of_equal_requests_are_equal() -> None:
    first: Report = check(URL, parse_style({"modules": "dots"}))
    assert first == check(URL, parse_style({"modules": "dots"}))
