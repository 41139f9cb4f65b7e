"""What a scan leads to, and why.

`resolve` runs at the edge for every scan of a link with rules, `explain` in the API for a
pretend one; both ask the same `holds` and the same `decide`.
"""

from typing import Literal, Protocol

import msgspec

from qz_common.rules.model import Arm, Rule
from qz_common.rules.split import pick, sticky_token
from qz_common.visit import Visit


class Routed(Protocol):
    """What a decision needs of a code record."""

    @property
    def link(self) -> str: ...
    @property
    def location(self) -> str: ...
    @property
    def destination_id(self) -> str: ...
    @property
    def rules(self) -> tuple[Rule, ...]: ...


class Decision(msgspec.Struct, frozen=True, gc=False):
    """`rule` is empty when no rule matched and the default was taken."""

    location: str
    rule: str = ""
    variant: str = ""
    destination_id: str = ""


class ConditionTrace(msgspec.Struct, frozen=True):
    kind: str
    condition: str
    seen: str
    matched: bool


class RuleTrace(msgspec.Struct, frozen=True):
    id: str
    name: str
    outcome: Literal["won", "no_match", "behind"]
    """`behind`: it matches too, but an earlier rule won."""
    conditions: tuple[ConditionTrace, ...]
    variant: str = ""
    sticks_to: str = ""


class Trace(msgspec.Struct, frozen=True):
    decision: Decision
    rules: tuple[RuleTrace, ...]


def resolve(record: Routed, visit: Visit) -> Decision:
    """The first rule whose conditions all hold, else the default."""
    for rule in record.rules:
        if holds(rule, visit):
            return decide(record, rule, visit)
    return Decision(record.location, destination_id=record.destination_id)


def explain(record: Routed, visit: Visit) -> Trace:
    """The decision of `resolve`, with every condition of every rule and what it saw."""
    decision = resolve(record, visit)
    return Trace(decision, tuple(_trace(rule, visit, decision) for rule in record.rules))


def holds(rule: Rule, visit: Visit) -> bool:
    when = rule.when
    for condition in when:  # noqa: SIM110 - a generator costs twice as much
        if not condition.matches(visit, when):
            return False
    return True


def decide(record: Routed, rule: Rule, visit: Visit) -> Decision:
    """Where a matching rule leads; to the default when its own destination is gone."""
    target: Rule | Arm = rule
    variant = ""
    if rule.split:
        target = arm = pick(rule.split, record.link, rule.id, visit)
        variant = arm.variant
    if target.destination_url:
        return Decision(target.destination_url, rule.id, variant, target.destination_id)
    return Decision(record.location, rule.id, variant, record.destination_id)


def _trace(rule: Rule, visit: Visit, decision: Decision) -> RuleTrace:
    conditions = tuple(
        ConditionTrace(
            kind=str(condition.__struct_config__.tag),
            condition=condition.words(),
            seen=condition.seen(visit),
            matched=condition.matches(visit, rule.when),
        )
        for condition in rule.when
    )
    if rule.id == decision.rule:
        sticks_to = sticky_token(visit)[1] if rule.split else ""
        return RuleTrace(rule.id, rule.name, "won", conditions, decision.variant, sticks_to)
    outcome: Literal["behind", "no_match"] = "behind" if holds(rule, visit) else "no_match"
    return RuleTrace(rule.id, rule.name, outcome, conditions)
