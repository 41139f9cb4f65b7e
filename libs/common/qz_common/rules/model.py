"""The shape of a rule: what the API takes, Postgres keeps, and `routing` carries.

Fields are only ever appended, each with a default.
"""

import msgspec

from qz_common.rules.conditions import Condition


class Arm(msgspec.Struct, frozen=True, omit_defaults=True):
    """One way of a split; `weight` is its share among the arms of the same rule."""

    variant: str
    weight: int
    destination_url: str = ""
    destination_id: str = ""


class Rule(msgspec.Struct, frozen=True, omit_defaults=True):
    """All conditions must hold; then the scan goes to the destination, or one arm of the split."""

    id: str
    name: str = ""
    when: tuple[Condition, ...] = ()
    destination_url: str = ""
    destination_id: str = ""
    split: tuple[Arm, ...] = ()
