"""RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers) on every answer."""

import math
from collections.abc import Iterator

from qz_api.callers.plans import Plan
from qz_api.callers.principal import Meters

MINUTE = 60
MONTH = 30 * 24 * 3600


def limit_headers(plan: Plan, meters: Meters) -> dict[str, str]:
    policies = ", ".join(_policies(plan))
    if not policies:
        return {}
    return {"RateLimit-Policy": policies, "RateLimit": ", ".join(_states(plan, meters))}


def _policies(plan: Plan) -> Iterator[str]:
    if plan.requests_per_minute is not None:
        yield f'"minute";q={plan.requests_per_minute};w={MINUTE}'
    if plan.requests_per_month is not None:
        yield f'"month";q={plan.requests_per_month};w={MONTH}'


def _states(plan: Plan, meters: Meters) -> Iterator[str]:
    if plan.requests_per_minute is not None:
        left = plan.requests_per_minute if meters.rate_left is None else meters.rate_left
        yield f'"minute";r={left};t={math.ceil(meters.rate_reset_seconds)}'
    if plan.requests_per_month is not None:
        left = max(0, plan.requests_per_month - meters.month_used)
        yield f'"month";r={left};t={meters.month_reset_seconds}'
