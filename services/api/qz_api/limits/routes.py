"""/v1/usage."""

from collections.abc import Iterator
from datetime import date

from qz_api.http.call import Call
from qz_api.http.operation import Operation
from qz_api.http.respond import Answer, shown
from qz_api.limits import quota
from qz_api.limits.plans import Plan
from qz_api.limits.schemas import MeterMonthView, UsageMonthView, UsageQuery, UsageReportView

MARKS = (80, 100)
Used = tuple[int, int]
"""Requests and new codes of a month."""


async def get_usage(call: Call) -> Answer:
    plan, workspace = call.principal.plan, call.principal.workspace
    months = list(_back_from(call.now.date(), call.query(UsageQuery).months))
    rows = await quota.usage_since(call.conn, workspace, months[-1])
    used = {row["month"]: (row["requests"], row["qr_generated"]) for row in rows}
    report = UsageReportView(
        plan=plan.name,
        overage=plan.overage,
        requests_per_minute=plan.requests_per_minute,
        data=[_month(month, used.get(month, (0, 0)), plan) for month in months],
    )
    return shown(report)


def _back_from(day: date, months: int) -> Iterator[date]:
    first = day.year * 12 + day.month - 1
    for number in range(first, first - months, -1):
        yield date(number // 12, number % 12 + 1, 1)


def _month(month: date, used: Used, plan: Plan) -> UsageMonthView:
    requests, codes = used
    return UsageMonthView(
        month=f"{month:%Y-%m}",
        requests=_meter(requests, plan.requests_per_month),
        qr_generated=_meter(codes, plan.codes_per_month),
    )


def _meter(used: int, limit: int | None) -> MeterMonthView:
    marks = [mark for mark in MARKS if limit is not None and used * 100 >= limit * mark]
    return MeterMonthView(used=used, limit=limit, marks=marks)


OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/usage",
        id="getUsage",
        summary="What was used, this month and the ones before",
        tag="workspace",
        handler=get_usage,
        query=UsageQuery,
        answer=UsageReportView,
    ),
)
