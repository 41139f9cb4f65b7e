"""A question, understood: every name known, every limit kept, time as instants."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from qz_analytics.query.zones import Span

MAX_POINTS = 10_000
MAX_LIMIT = 1_000
MAX_DEPTH = 4
MAX_FILTERS = 50
MAX_VALUES = 1_000
MAX_VALUE_LENGTH = 200
MAX_DIMENSIONS = 4


@dataclass(frozen=True, slots=True)
class Leaf:
    """`is` or `contains` any of the values."""

    operator: str
    dimension: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """`and`, `or`, or `not` of exactly one."""

    operator: str
    parts: tuple["Filter", ...]


Filter = Leaf | Branch


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    workspace: str
    span: Span
    zone: ZoneInfo
    mode: str = "live"
    metrics: tuple[str, ...] = ("scans",)
    bucket: str = ""
    clock_parts: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()
    filter: Branch = field(default_factory=lambda: Branch("and", ()))
    verdicts: tuple[str, ...] = ("human",)
    """Empty for all of them."""
    order_by: tuple[tuple[str, str], ...] = ()
    limit: int = 100
    compare: str = ""
    include: frozenset[str] = frozenset()
