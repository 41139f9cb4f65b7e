"""The door for rules from outside: a tuple of canonical rules, or every problem they have.

Destination URLs are for the URL gate; here is only checked that there is one where one is due.
A rule without an id gets one by its place (`r1`, `r2`, …).
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from qz_common.rules.conditions import KINDS
from qz_common.rules.conditions.base import Base, text_problem
from qz_common.rules.model import Arm, Rule
from qz_common.rules.shape import Error, Refused, read_list, read_struct, shown

MAX_RULES = 50
MAX_CONDITIONS = 20
MAX_ARMS = 20
MAX_WEIGHT = 1_000_000
IDENTIFIER = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class RulesRefused(Refused):
    """Rules that can't be taken; pointers start at the list of rules."""


def parse_rules(raw: object) -> tuple[Rule, ...]:
    """Rules as decoded from JSON; None is no rules. Raises RulesRefused."""
    errors: list[Error] = []
    named = _with_ids(raw) if isinstance(raw, list | tuple) else raw
    rules = () if raw is None else read_list(named, "", errors, MAX_RULES, _read_rule)
    if isinstance(named, list | tuple):
        errors.extend(_repeated((rule.get("id") for rule in _objects(named)), "/{}/id"))
    if errors:
        raise RulesRefused(errors)
    return tuple(rule for rule in rules if isinstance(rule, Rule))


def _with_ids(raw: Sequence[object]) -> list[object]:
    taken = {str(rule.get("id")) for rule in _objects(raw)}
    free = (f"r{number}" for number in range(1, len(taken) + len(raw) + 1))
    fresh = (name for name in free if name not in taken)
    return [
        {**rule, "id": next(fresh)} if isinstance(rule, dict) and not rule.get("id") else rule
        for rule in raw
    ]


def _objects(raw: Iterable[object]) -> Iterator[dict[str, object]]:
    """Each item, or an empty object in its place: places are kept."""
    return (item if isinstance(item, dict) else {} for item in raw)


def _repeated(names: Iterable[object], pointer: str) -> Iterator[Error]:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if isinstance(name, str) and name in seen:
            yield pointer.format(index), "duplicate", f"`{shown(name)}` is there twice"
        seen.add(str(name))


def _read_rule(raw: object, at: str, errors: list[Error]) -> Rule | None:
    rule = read_struct(Rule, raw, at, errors, {"when": _read_conditions, "split": _read_split})
    if isinstance(raw, dict):
        errors.extend(_target_problems(raw, at, can_split=True))
    if rule is not None:
        errors.extend(_name_problems(at, "id", rule.id))
        if rule.name and (why := text_problem(rule.name)):
            errors.append((f"{at}/name", "invalid_value", why))
    return rule


def _read_conditions(raw: object, at: str, errors: list[Error]) -> tuple[object, ...]:
    return read_list(raw, at, errors, MAX_CONDITIONS, _read_condition)


def _read_condition(raw: object, at: str, errors: list[Error]) -> Base | None:
    if not isinstance(raw, dict):
        errors.append((at, "invalid_type", "an object is needed"))
        return None
    kind = _kind(raw.get("kind"), at, errors)
    if kind is None:
        return None
    fields = {name: value for name, value in raw.items() if name != "kind"}
    condition = read_struct(kind, fields, at, errors)
    if condition is None:
        return None
    condition = condition.canonical()
    errors.extend((at + pointer, code, words) for pointer, code, words in condition.problems())
    return condition


def _kind(tag: object, at: str, errors: list[Error]) -> type[Base] | None:
    kind = KINDS.get(tag) if isinstance(tag, str) else None
    if tag is None:
        errors.append((f"{at}/kind", "missing", "`kind` is needed"))
    elif kind is None:
        words = f"`{shown(tag)}` is none of {', '.join(KINDS)}"
        errors.append((f"{at}/kind", "unknown_kind", words))
    return kind


def _read_split(raw: object, at: str, errors: list[Error]) -> tuple[object, ...]:
    arms = read_list(raw, at, errors, MAX_ARMS, _read_arm)
    if isinstance(raw, list | tuple):
        variants = (arm.get("variant") for arm in _objects(raw))
        errors.extend(_repeated(variants, at + "/{}/variant"))
    return arms


def _read_arm(raw: object, at: str, errors: list[Error]) -> Arm | None:
    arm = read_struct(Arm, raw, at, errors)
    if isinstance(raw, dict):
        errors.extend(_target_problems(raw, at, can_split=False))
    if arm is not None:
        errors.extend(_name_problems(at, "variant", arm.variant))
        if not 1 <= arm.weight <= MAX_WEIGHT:
            words = f"a weight is a whole number from 1 to {MAX_WEIGHT}"
            errors.append((f"{at}/weight", "invalid_value", words))
    return arm


def _target_problems(raw: dict[str, object], at: str, can_split: bool) -> Iterator[Error]:
    ways = ("destination_url", "destination_id", *(("split",) if can_split else ()))
    given = [way for way in ways if raw.get(way)]
    if not given:
        yield at, "destination_missing", f"one of {', '.join(ways)} is needed"
    if len(given) > 1:
        yield at, "destination_twice", f"only one of {', '.join(given)} can be meant"


def _name_problems(at: str, field: str, name: str) -> Iterator[Error]:
    if not IDENTIFIER.fullmatch(name):
        words = "1 to 64 of the letters A-Z a-z, digits, `_`, `.` and `-`"
        yield f"{at}/{field}", "invalid_value", words
