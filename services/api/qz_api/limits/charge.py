"""What a charge came to: meters for the headers, and the 429 that says when to come back.

`row` is what the database function qz_charge gives, whoever calls it: an authenticator makes
meters of it, and the dispatcher refuses by them.
"""

import math

from qz_api.callers.principal import Meters
from qz_api.connection import Row
from qz_common.errors import Forbidden, TooMany


def meters_of(row: Row) -> Meters:
    return Meters(
        verdict=row["verdict"],
        rate_left=row["rate_left"],
        rate_reset_seconds=(row["rate_reset_us"] or 0) / 1e6,
        retry_seconds=max(1, math.ceil((row["retry_us"] or 0) / 1e6)),
        month_used=row["month_used"] or 0,
        month_reset_seconds=row["month_reset_s"] or 0,
    )


def check_charge(meters: Meters) -> None:
    if meters.verdict == "suspended":
        raise Forbidden("this workspace is suspended", "workspace_suspended")
    if meters.verdict == "rate_limited":
        raise _refused("too many calls in a minute", "rate_limited", meters.retry_seconds)
    if meters.verdict == "quota_exceeded":
        raise _refused(
            "the month's calls are used up", "quota_exceeded", meters.month_reset_seconds
        )


def _refused(detail: str, code: str, seconds: int) -> TooMany:
    return TooMany(
        f"{detail}; try again in {seconds} s", code, headers={"Retry-After": str(seconds)}
    )
