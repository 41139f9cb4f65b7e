"""Questions about scans. What their words may be is for analytics to say; here is their shape."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from qz_api.http.schema import In, Out, Query

Words = Annotated[str, Field(min_length=1, max_length=64)]
Interval = Literal["minute", "hour", "day", "week", "month"]


class _RangeQuery(Query):
    model_config = ConfigDict(populate_by_name=True)
    opens: Annotated[Words | None, Field(alias="from")] = None
    """A date or an instant; the start of the last 30 days when left out."""
    until: Annotated[Words | None, Field(alias="to")] = None
    """Likewise, and exclusive; now when left out."""
    timezone: Words = "UTC"
    """Where days and hours begin: an IANA name."""
    verdicts: Literal["human", "all"] = "human"
    """`all` counts bots, previews, prefetches and repeats too."""

    @property
    def said(self) -> dict[str, Any]:
        """As analytics takes it."""
        verdicts = "all" if self.verdicts == "all" else [self.verdicts]
        return {"timezone": self.timezone, "verdicts": verdicts}

    @property
    def ends(self) -> dict[str, str]:
        return {name: end for name, end in (("from", self.opens), ("to", self.until)) if end}


class SummaryQuery(_RangeQuery):
    interval: Interval = "day"
    limit: Annotated[int, Field(ge=1, le=1000)] = 10
    """Longest that a breakdown may be; the rest is one row."""


class ScansQuery(_RangeQuery):
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    """Rows of a page, at most."""
    cursor: Annotated[str, Field(max_length=200)] | None = None
    """`next_cursor` of the page before, with the same question."""


class AnalyticsQuestion(In):
    metrics: list[Words] = Field(default_factory=lambda: ["scans"])
    dimensions: list[Words] = Field(default_factory=list)
    filters: list[Any] = Field(default_factory=list)
    """`["is", "country", ["BR"]]`, `is_not`, `contains`, and nested `and`, `or`, `not`."""
    range: Words | dict[Literal["from", "to"], Words] = "30d"
    timezone: Words = "UTC"
    verdicts: Literal["all"] | list[Words] = Field(default_factory=lambda: ["human"])
    order_by: list[list[Words]] = Field(default_factory=list)
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    compare: Literal["previous_period", "previous_year"] | None = None
    include: list[Literal["totals", "time_labels", "completeness"]] = Field(default_factory=list)


class SummaryView(Out):
    model_config = ConfigDict(extra="allow")
    totals: dict[str, Any]
    series: list[dict[str, Any]]
    breakdowns: dict[str, list[dict[str, Any]]]
    completeness: dict[str, Any]
    """Up to when every journal is known to be stored, and what is missing."""


class ScansView(Out):
    scans: list[dict[str, Any]]
    next_cursor: str | None


class AnswerView(Out):
    model_config = ConfigDict(extra="allow")
