"""Weighted splits: shares, stickiness, independence, and how few visitors a change moves."""

import random
from collections import Counter
from collections.abc import Sequence

import pytest

from qz_common.rules.model import Arm
from qz_common.rules.split import pick
from qz_common.visit import Visit

_SEEDED = random.Random(20_260_519)
VISITORS = [_SEEDED.getrandbits(64) | 1 for _ in range(20_000)]


def arms(*weights: int) -> tuple[Arm, ...]:
    return tuple(Arm(name, weight) for name, weight in zip("abcdefgh", weights, strict=False))


def variant(
    choice: Sequence[Arm], visitor: int, link: str = "lnk_1", rule: str = "r1", query: bytes = b""
) -> str:
    return pick(choice, link, rule, Visit(ts_ms=1, visitor=visitor, query=query)).variant


def chi_square(choice: Sequence[Arm], counts: Counter[str]) -> float:
    total, visitors = sum(arm.weight for arm in choice), counts.total()
    expected = {arm.variant: visitors * arm.weight / total for arm in choice}
    return sum((counts[name] - many) ** 2 / many for name, many in expected.items())


# The 0.9999 quantile of chi-square for 1 … 7 degrees of freedom.
BOUND = {1: 15.2, 2: 18.5, 3: 21.2, 4: 23.6, 5: 25.8, 6: 27.9, 7: 29.9}


@pytest.mark.parametrize(
    "weights", [(1, 1), (90, 10), (1, 2, 3), (99, 1), (5, 5, 5, 5), (1, 2, 4, 8, 16), (7,) * 8]
)
def test_shares_are_as_the_weights_say(weights: tuple[int, ...]) -> None:
    choice = arms(*weights)
    counts = Counter(variant(choice, visitor) for visitor in VISITORS)
    assert chi_square(choice, counts) < BOUND[len(weights) - 1]


def test_visitors_that_count_up_are_shared_out_as_well() -> None:
    choice = arms(1, 1)
    counts = Counter(variant(choice, visitor) for visitor in range(1, 20_001))
    assert chi_square(choice, counts) < BOUND[1]


def test_one_arm_takes_all() -> None:
    assert {variant(arms(3), visitor) for visitor in VISITORS[:100]} == {"a"}


def test_a_visitor_keeps_the_arm() -> None:
    for visitor in VISITORS[:200]:
        assert len({variant(arms(1, 1, 1), visitor) for _ in range(3)}) == 1


@pytest.mark.parametrize("other", [{"link": "lnk_2"}, {"rule": "r2"}])
def test_rules_and_links_draw_independently(other: dict[str, str]) -> None:
    choice = arms(1, 1)
    pairs = Counter(
        variant(choice, visitor) + pick(
            choice, other.get("link", "lnk_1"), other.get("rule", "r1"),
            Visit(ts_ms=1, visitor=visitor),
        ).variant
        for visitor in VISITORS
    )  # fmt: skip
    assert chi_square([Arm(pair, 1) for pair in ("aa", "ab", "ba", "bb")], pairs) < BOUND[3]


def test_a_key_in_the_query_outlives_the_visitor() -> None:
    choice = arms(1, 1, 1, 1)
    for key in range(50):
        query = b"x=1&qz_k=%d" % key
        assert len({variant(choice, visitor, query=query) for visitor in VISITORS[:20]}) == 1
    spread = {variant(choice, 5, query=b"qz_k=%d" % key) for key in range(50)}
    assert spread == {"a", "b", "c", "d"}


@pytest.mark.parametrize("query", [b"qz_k=", b"qz_k", b"aqz_k=1", b"qz_k=" + b"x" * 129])
def test_a_key_that_is_none_leaves_the_visitor(query: bytes) -> None:
    choice = arms(1, 1, 1, 1)
    for visitor in VISITORS[:50]:
        assert variant(choice, visitor, query=query) == variant(choice, visitor)


def test_unknown_visitors_are_shared_out_too() -> None:
    choice = arms(1, 3)
    counts = Counter(
        pick(choice, "lnk_1", "r1", Visit(ts_ms=ts, user_agent=b"x")).variant
        for ts in range(20_000)
    )
    assert chi_square(choice, counts) < BOUND[1]


def test_more_weight_for_one_arm_moves_visitors_to_that_arm_only() -> None:
    before, after = arms(50, 30, 20), arms(50, 30, 40)
    moves = Counter((variant(before, visitor), variant(after, visitor)) for visitor in VISITORS)
    moved = {pair: count for pair, count in moves.items() if pair[0] != pair[1]}
    assert {to for _, to in moved} == {"c"}
    # c grows from 1/5 to 1/3 of all: nobody more than those 2/15 moves.
    assert sum(moved.values()) / len(VISITORS) == pytest.approx(2 / 15, abs=0.01)


def test_a_removed_arm_moves_nobody_else() -> None:
    before, after = arms(1, 1, 1), arms(1, 1)
    for visitor in VISITORS[:3000]:
        was, now = variant(before, visitor), variant(after, visitor)
        assert was in ("c", now)


def test_the_order_of_arms_says_nothing() -> None:
    choice = arms(1, 2, 3)
    for visitor in VISITORS[:500]:
        assert variant(choice, visitor) == variant(choice[::-1], visitor)


def test_arms_stay_from_release_to_release() -> None:
    choice = arms(1, 1, 1)
    assert (
        "".join(variant(choice, visitor) for visitor in range(1, 25)) == "aabbcabcbbcbccbabcbbacbc"
    )
