"""What was seen a moment ago, in bounded memory."""

from qz_redirect.repeats import MAX_KEPT, Repeats, VisitNumbers


def test_a_key_is_seen_again_for_ten_seconds() -> None:
    repeats = Repeats()
    assert not repeats.seen(1, 100_000)
    assert repeats.seen(1, 109_999)
    assert repeats.seen(1, 119_998)
    assert not repeats.seen(1, 129_998)


def test_other_keys_do_not_matter() -> None:
    repeats = Repeats()
    repeats.seen(1, 100_000)
    assert not repeats.seen(2, 100_001)


def test_memory_is_bounded_under_a_flood() -> None:
    repeats = Repeats()
    for key in range(MAX_KEPT * 3):
        repeats.seen(key, 100_000)
    assert len(repeats._now) + len(repeats._before) <= 2 * MAX_KEPT


def test_visits_are_counted_per_key_and_day() -> None:
    numbers = VisitNumbers()
    assert [numbers.next(1, 5), numbers.next(1, 5), numbers.next(2, 5)] == [1, 2, 1]
    assert numbers.next(1, 6) == 1


def test_what_is_no_visit_has_the_number_of_the_one_it_belongs_to() -> None:
    numbers = VisitNumbers()
    assert [numbers.now(1, 5), numbers.next(1, 5), numbers.now(1, 5)] == [1, 1, 1]
    assert [numbers.next(1, 5), numbers.now(1, 5), numbers.now(1, 6)] == [2, 2, 1]


def test_the_earliest_visitors_are_forgotten_past_the_bound() -> None:
    numbers = VisitNumbers(limit=10)
    for key in range(20):
        numbers.next(key, 5)
    assert len(numbers._counts) <= 10
    assert numbers.next(19, 5) == 2
