"""/v1/usage."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from qz_api.callers.plans import Plan
from qz_api.connection import Row
from qz_api.http.call import Call
from qz_api.http.operation import Operation
from qz_api.http.respond import Answer, shown
from qz_api.limits import store
from qz_api.limits.schemas import (
    MarkView,
    MeterMonthView,
    UsageMonthView,
    UsageQuery,
    UsageReportView,
)

Used = tuple[int, int]
"""Requests and new codes of a month."""
Marks = Mapping[tuple[date, str], list[MarkView]]


async def get_usage(call: Call) -> Answer:
    plan, workspace = call.principal.plan, call.principal.workspace
    months = list(_back_from(call.now.date(), call.query(UsageQuery).months))
    rows = await store.usage_since(call.conn, workspace, months[-1])
    used = {row["month"]: (row["requests"], row["qr_generated"]) for row in rows}
    marks = _by_meter(await store.marks_since(call.conn, workspace, months[-1]))
    report = UsageReportView(
        plan=plan.name,
        overage=plan.overage,
        requests_per_minute=plan.requests_per_minute,
        data=[_month(month, used.get(month, (0, 0)), plan, marks) for month in months],
    )
    return shown(report)


def _back_from(day: date, months: int) -> Iterator[date]:
    first = day.year * 12 + day.month - 1
    for number in range(first, first - months, -1):
        yield date(number // 12, number % 12 + 1, 1)


def _month(month: date, used: Used, plan: Plan, marks: Marks) -> UsageMonthView:
    requests, codes = used
    return UsageMonthView(
        month=f"{month:%Y-%m}",
        requests=MeterMonthView(
            used=requests,
            limit=plan.requests_per_month,
            marks=marks.get((month, "requests"), []),
        ),
        qr_generated=MeterMonthView(
            used=codes,
            limit=plan.codes_per_month,
            marks=marks.get((month, "qr_generated"), []),
        ),
    )


def _by_meter(rows: Iterable[Row]) -> Marks:
    found: dict[tuple[date, str], list[MarkView]] = defaultdict(list)
    for row in rows:
        mark = MarkView(
            percent=row["percent"],
            limit=row["quota"],
            used=row["used"],
            reached_at=row["reached_at"],
        )
        found[row["month"], row["meter"]].append(mark)
    return found


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
