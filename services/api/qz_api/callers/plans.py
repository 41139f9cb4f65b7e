"""Plans as data. None means without limit; a workspace may override any of its plan's numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    name: str
    requests_per_minute: int | None = None
    requests_per_month: int | None = None
    codes_per_month: int | None = None
    overage: bool = False
    """At the end of a monthly limit service goes on, and what is over it is billed."""
    bulk_rows: int = 500
    live_keys: bool = True
    retention_days: int | None = None


SELF_HOSTED = Plan(name="self_hosted", requests_per_minute=60_000)
PLANS: Mapping[str, Plan] = {
    plan.name: plan
    for plan in (
        SELF_HOSTED,
        Plan(
            name="starter",
            requests_per_minute=60,
            requests_per_month=5_000,
            codes_per_month=100,
            bulk_rows=50,
            live_keys=False,
            retention_days=90,
        ),
        Plan(
            name="pro",
            requests_per_minute=600,
            requests_per_month=500_000,
            codes_per_month=20_000,
            retention_days=730,
        ),
        Plan(
            name="business",
            requests_per_minute=3_000,
            requests_per_month=10_000_000,
            codes_per_month=500_000,
            overage=True,
        ),
    )
}
METERED = ("requests_per_minute", "requests_per_month", "overage")
PLANS_JSON = orjson.dumps(
    {name: {each: getattr(plan, each) for each in METERED} for name, plan in PLANS.items()}
).decode()
"""What the charging function of the database reads its numbers from."""


def effective(name: str, overrides: Mapping[str, Any]) -> Plan:
    plan = PLANS.get(name) or Plan(name=name)
    known = {key: value for key, value in overrides.items() if key in Plan.__slots__}
    return replace(plan, **known) if known else plan
