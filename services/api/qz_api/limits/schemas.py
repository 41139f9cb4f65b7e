"""Shapes of /v1/usage."""

from typing import Annotated

from pydantic import Field

from qz_api.http.schema import Moment, Out, Query

MAX_MONTHS = 36


class UsageQuery(Query):
    months: Annotated[int, Field(ge=1, le=MAX_MONTHS)] = 12
    """This one and the ones before it."""


class MarkView(Out):
    percent: int
    limit: int
    """As it was then."""
    used: int
    reached_at: Moment


class MeterMonthView(Out):
    used: int
    limit: int | None
    """Of today's plan. Null is without limit."""
    marks: list[MarkView]
    """Which of 80 and 100 per cent of the limit were reached, each at most once in a month."""


class UsageMonthView(Out):
    month: str
    """`2026-05`, in UTC."""
    requests: MeterMonthView
    qr_generated: MeterMonthView


class UsageReportView(Out):
    plan: str
    overage: bool
    """Whether service goes on at 100 per cent."""
    requests_per_minute: int | None
    data: list[UsageMonthView]
