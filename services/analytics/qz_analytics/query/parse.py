"""JSON to a Question, or all that is wrong with it at once."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from qz_analytics.query.dimensions import CLOCK_PARTS, DIMENSIONS
from qz_analytics.query.filters import read_filters
from qz_analytics.query.metrics import METRICS
from qz_analytics.query.question import MAX_DIMENSIONS, MAX_LIMIT, MAX_POINTS, Question
from qz_analytics.query.ranges import read_range, read_zone
from qz_analytics.query.refused import Refused
from qz_analytics.query.zones import BUCKETS
from qz_analytics.verdicts import VERDICTS
from qz_common.errors import FieldError, Invalid

MODES = ("live", "test")
COMPARISONS = ("previous_period", "previous_year")
INCLUDES = frozenset({"totals", "time_labels", "completeness"})
DIRECTIONS = ("asc", "desc")
FIELDS = frozenset(
    [
        "workspace",
        "mode",
        "metrics",
        "dimensions",
        "filters",
        "range",
        "timezone",
        "verdicts",
        "order_by",
        "limit",
        "compare",
        "include",
    ]
)
Body = Mapping[str, Any]


class Reader:
    """Reads one field after the other and keeps what is wrong with each."""

    def __init__(self, body: object, fields: frozenset[str]) -> None:
        if not isinstance(body, dict):
            raise Invalid("the body must be a JSON object")
        self.body: Body = body
        self.errors: list[FieldError] = [
            FieldError(f"/{name}", "unknown_field", "there is no such field")
            for name in body
            if name not in fields
        ]

    def read(self, name: str, how: Callable[[Any], Any], default: Any) -> Any:
        """The default when the field is absent, null or wrong."""
        value = self.body.get(name)
        if value is None:
            return default
        try:
            return how(value)
        except Refused as refused:
            self.errors.append(FieldError(f"/{name}{refused.below}", refused.code, str(refused)))
            return default

    def refuse(self, name: str, code: str, message: str) -> None:
        self.errors.append(FieldError(f"/{name}", code, message))

    def done(self) -> None:
        if self.errors:
            first = self.errors[0]
            raise Invalid(f"{first.pointer}: {first.message}", errors=self.errors)


def read_question(body: object, now: datetime) -> Question:
    reader = Reader(body, FIELDS)
    dimensions = reader.read("dimensions", _dimensions, ())
    zone: ZoneInfo = reader.read("timezone", read_zone, ZoneInfo("UTC"))
    span = reader.read(
        "range", lambda value: read_range(value, zone, now), read_range("30d", zone, now)
    )
    question = Question(
        workspace=reader.read("workspace", text, ""),
        mode=reader.read("mode", one_of(MODES), "live"),
        metrics=reader.read("metrics", _metrics, ("scans",)),
        bucket=_bucket(dimensions),
        clock_parts=tuple(name for name in CLOCK_PARTS if f"time:{name}" in dimensions),
        dimensions=tuple(name for name in dimensions if name in DIMENSIONS),
        filter=read_filters(reader.body.get("filters"), reader.errors),
        span=span,
        zone=zone,
        verdicts=reader.read("verdicts", read_verdicts, ("human",)),
        order_by=reader.read("order_by", _order, ()),
        limit=reader.read("limit", read_limit, 100),
        compare=reader.read("compare", one_of(COMPARISONS), ""),
        include=frozenset(reader.read("include", _include, ())),
    )
    check(reader, question)
    return question


def check(reader: Reader, question: Question) -> None:
    """What only shows once the fields are read."""
    if not question.workspace:
        reader.refuse("workspace", "required", "say whose scans")
    if question.bucket and question.span.points(question.bucket) > MAX_POINTS:
        reader.refuse("range", "too_many_points", f"at most {MAX_POINTS} buckets: take larger ones")
    known = {*question.metrics, *question.dimensions, *question.clock_parts}
    known |= {"time"} if question.bucket else set()
    for name, _ in question.order_by:
        if name not in known:
            reader.refuse("order_by", "unknown_name", f"{name} is not asked for")
    reader.done()


def text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 64:
        raise Refused("must be a short text")
    return value


def one_of(words: tuple[str, ...]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in words:
            raise Refused(f"must be one of {', '.join(words)}", "unknown_name")
        return value

    return read


def read_limit(value: Any) -> int:
    if type(value) is not int or not 1 <= value <= MAX_LIMIT:
        raise Refused(f"must be a number from 1 to {MAX_LIMIT}", "out_of_range")
    return value


def read_verdicts(value: Any) -> tuple[str, ...]:
    if value == "all":
        return ()
    return _names(value, VERDICTS)


def _names(value: Any, known: tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise Refused("must be a list of names")
    for at, name in enumerate(value):
        if not isinstance(name, str) or name not in known:
            raise Refused(f"must be one of {', '.join(known)}", "unknown_name", f"/{at}")
    return tuple(dict.fromkeys(value))


def _metrics(value: Any) -> tuple[str, ...]:
    return _names(value, tuple(METRICS))


def _include(value: Any) -> tuple[str, ...]:
    return _names(value, tuple(sorted(INCLUDES)))


def _dimensions(value: Any) -> tuple[str, ...]:
    if value == []:
        return ()
    times = tuple(f"time:{name}" for name in (*BUCKETS, *CLOCK_PARTS))
    names = _names(value, (*times, *DIMENSIONS))
    if len(names) > MAX_DIMENSIONS:
        raise Refused(f"at most {MAX_DIMENSIONS} dimensions", "too_many")
    if sum(name.removeprefix("time:") in BUCKETS for name in names) > 1:
        raise Refused("time can be cut in one way only", "too_many")
    return names


def _bucket(dimensions: tuple[str, ...]) -> str:
    return next((word for word in BUCKETS if f"time:{word}" in dimensions), "")


def _order(value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, list):
        raise Refused("must be a list of [name, asc or desc]")
    for at, pair in enumerate(value):
        if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str):
            raise Refused("must be [name, asc or desc]", below=f"/{at}")
        if pair[1] not in DIRECTIONS:
            raise Refused("the direction is asc or desc", "unknown_name", f"/{at}/1")
    return tuple((name, direction) for name, direction in value)
