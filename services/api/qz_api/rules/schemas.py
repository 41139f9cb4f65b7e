"""Shapes of explain and replay."""

from typing import Annotated, Any, Literal

from pydantic import Field

from qz_api.http.schema import In, Moment, Out
from qz_api.links.schemas import Id, Url


class Draft(In):
    """What is tried in place of what the link has."""

    rules: list[dict[str, Any]] | None = None
    """The link's own when left out; an empty list is none."""
    destination_url: Url | None = None
    destination_id: Id | None = None


class Explain(Draft):
    visit: dict[str, Any] = Field(default_factory=dict)
    """A pretend scan in plain words: `device, os, browser, user_agent, country, region, city,
    language, query, referrer, source, at, visit_number, visitor`. What is left out is unknown."""


class ConditionView(Out):
    kind: str
    condition: str
    seen: str
    matched: bool


class RuleView(Out):
    id: str
    name: str
    outcome: Literal["won", "no_match", "behind"]
    conditions: list[ConditionView]
    variant: str
    sticks_to: str


class Explanation(Out):
    destination_url: str
    """Where the scan goes, with the parameters that the link puts on; empty for a page."""
    destination_id: str | None
    rule: str
    """The rule that won; empty for the link's own destination."""
    variant: str
    stopped_by: str | None
    """What stands in the way at that moment, such as `expired`: then the fallback or a page is
    shown instead."""
    password_needed: bool
    preview: bool
    rules: list[RuleView]


class Replay(Draft):
    days: Annotated[int, Field(ge=1, le=90)] = 7
    scans: Annotated[int, Field(ge=1, le=10_000)] = 2_000
    """The newest so many."""
    examples: Annotated[int, Field(ge=0, le=50)] = 10


class MoveView(Out):
    from_url: str
    to_url: str
    scans: int


class ExampleView(Out):
    time: str
    from_url: str
    to_url: str
    rule: str
    device: str
    os: str
    country: str
    language: str


class MissingView(Out):
    fact: str
    """A kind of condition of the draft that stored scans can't answer."""
    meaning: str


class ReplayView(Out):
    since: Moment
    scans: int
    """Scans that were looked at."""
    more: bool
    """There are older ones in these days that were not."""
    moved: int
    stayed: int
    unknown: int
    """Scans that a missing fact decides."""
    moves: list[MoveView]
    examples: list[ExampleView]
    missing: list[MissingView]
