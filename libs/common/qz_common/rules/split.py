"""Weighted split with sticky arms, without remembering anybody.

Every arm runs a race whose time is exponential with the arm's weight as its rate, drawn from a
hash of link, rule, variant and visitor; the fastest wins. So shares are exact over many
visitors, the same visitor always gets the same arm, rules and links draw independently, and a
changed weight moves visitors only to or from the arm that was changed: the least possible.
"""

from collections.abc import Sequence
from hashlib import blake2b
from math import log

from qz_common.rules.model import Arm
from qz_common.visit import Visit

MANTISSA = 53


def pick(arms: Sequence[Arm], link: str, rule: str, visit: Visit) -> Arm:
    token, _ = sticky_token(visit)
    race = blake2b(f"{link}\0{rule}\0".encode(), digest_size=8)
    best, best_time = arms[0], float("inf")
    for arm in arms:
        state = race.copy()
        state.update(arm.variant.encode() + b"\0" + token)
        draw = ((int.from_bytes(state.digest()) >> (64 - MANTISSA)) + 0.5) / 2**MANTISSA
        time = -log(draw) / arm.weight
        if time < best_time:
            best, best_time = arm, time
    return best


def sticky_token(visit: Visit) -> tuple[bytes, str]:
    """What an arm sticks to, and the same in words."""
    if key := visit.sticky_key:
        return b"k" + key.encode("utf-8", "replace"), "the key in the query"
    if visit.visitor:
        return b"v" + visit.visitor.to_bytes(8), "the visitor, for this day"
    moment = b"t%d\0" % visit.ts_ms
    return moment + visit.user_agent + visit.accept_language, "nothing: the visitor is unknown"
