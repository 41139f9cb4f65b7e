"""Five tries in any minute, per link and network."""

from qz_redirect.password.tries import Tries
from tests.fixtures.standing_edge import NOW_MS

HOME, OFFICE = b"\xc6\x33\x64", b"\xcb\x00\x71"


def taken(tries: Tries, times: int, at: int = NOW_MS, network: bytes = HOME) -> list[int]:
    return [tries.take("lnk_1", network, at) for _ in range(times)]


def test_the_sixth_try_in_a_minute_waits() -> None:
    assert taken(Tries(), 6) == [0, 0, 0, 0, 0, 60]


def test_any_minute_counts_not_the_one_on_the_clock() -> None:
    tries = Tries()
    taken(tries, 3, NOW_MS)
    taken(tries, 2, NOW_MS + 50_000)
    assert taken(tries, 1, NOW_MS + 59_999) == [1]
    assert taken(tries, 4, NOW_MS + 60_000) == [0, 0, 0, 50]


def test_a_refused_try_makes_nobody_wait_longer() -> None:
    tries = Tries()
    taken(tries, 5)
    taken(tries, 100, NOW_MS + 30_000)
    assert taken(tries, 1, NOW_MS + 60_000) == [0]


def test_networks_and_links_are_counted_apart() -> None:
    tries = Tries()
    taken(tries, 5)
    assert tries.take("lnk_1", OFFICE, NOW_MS) == 0
    assert tries.take("lnk_2", HOME, NOW_MS) == 0


def test_a_try_given_back_may_be_taken_again() -> None:
    tries = Tries()
    for _ in range(50):
        assert taken(tries, 1) == [0]
        tries.give_back("lnk_1", HOME)
    assert len(tries) == 0


def test_giving_back_what_was_never_taken_changes_nothing() -> None:
    tries = Tries()
    tries.give_back("lnk_1", HOME)
    assert taken(tries, 6)[-1] == 60


def test_memory_is_bounded_and_forgets_the_oldest_use() -> None:
    tries = Tries(max_entries=100)
    for number in range(1000):
        tries.take("lnk_1", number.to_bytes(3), NOW_MS)
    assert len(tries) == 100
    assert taken(tries, 5, network=(999).to_bytes(3))[-1] > 0


def test_no_address_is_kept() -> None:
    tries = Tries()
    tries.take("lnk_1", HOME, NOW_MS)
    assert HOME not in repr(vars(tries)).encode("latin-1", "replace")
    assert repr(HOME)[2:-1] not in repr(vars(tries))
