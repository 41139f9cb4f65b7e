"""Which rows answer a question: rollups where they are whole and say enough, raw rows elsewhere.

A rollup's hour is used when it is made and no bucket begins inside it; a day likewise. So zones
off the full hour read raw rows at their edges, and the open hour is always raw.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qz_analytics.query.metrics import METRICS
from qz_analytics.query.question import Question
from qz_analytics.query.zones import HOUR_MS, Span, edges

DAY_MS = 24 * HOUR_MS
ROLLED_DIMENSIONS = frozenset({"verdict", "mode"})


@dataclass(frozen=True, slots=True)
class Plan:
    question: Question
    edges: tuple[int, ...] = ()
    raw: tuple[Span, ...] = ()
    hours: tuple[Span, ...] = ()
    days: tuple[Span, ...] = ()

    @property
    def rolled(self) -> bool:
        return bool(self.hours or self.days)


def plan_raw(question: Question) -> Plan:
    return Plan(question, _edges(question), raw=(question.span,))


def can_roll(question: Question) -> bool:
    """Whether a rollup could say anything about it."""
    return (
        not question.filter.parts
        and not question.clock_parts
        and ROLLED_DIMENSIONS.issuperset(question.dimensions)
        and all(METRICS[name].rolled for name in question.metrics)
        and question.span.end_ms - question.span.start_ms > HOUR_MS
    )


def plan(question: Question, made_hours: set[int], made_days: set[int]) -> Plan:
    """`made_…` are starts in seconds since 1970."""
    span, found = question.span, _edges(question)
    cuts = sorted({*found, span.start_ms, span.end_ms})
    days = _whole(span, DAY_MS, made_days, cuts)
    hours = [hour for rest in _rest(span, days) for hour in _whole(rest, HOUR_MS, made_hours, cuts)]
    raw = _rest(span, [*days, *hours])
    return Plan(question, found, raw=tuple(raw), hours=_joined(hours), days=_joined(days))


def _edges(question: Question) -> tuple[int, ...]:
    if not question.bucket:
        return ()
    return tuple(edges(question.span, question.bucket, question.zone))


def _whole(span: Span, length: int, made: set[int], cuts: Sequence[int]) -> list[Span]:
    """Made periods inside the span with no cut strictly inside them."""
    first = -(-span.start_ms // length) * length
    starts = range(first, span.end_ms - length + 1, length)
    return [
        Span(start, start + length)
        for start in starts
        if start // 1000 in made and not _is_cut(start, start + length, cuts)
    ]


def _is_cut(start: int, end: int, cuts: Sequence[int]) -> bool:
    at = bisect_right(cuts, start)
    return at < len(cuts) and cuts[at] < end


def _rest(span: Span, taken: Iterable[Span]) -> list[Span]:
    rest, at = [], span.start_ms
    for part in sorted(taken, key=lambda part: part.start_ms):
        if part.start_ms > at:
            rest.append(Span(at, part.start_ms))
        at = part.end_ms
    if at < span.end_ms:
        rest.append(Span(at, span.end_ms))
    return rest


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1].end_ms == span.start_ms:
            joined[-1] = Span(joined[-1].start_ms, span.end_ms)
        else:
            joined.append(span)
    return tuple(joined)
