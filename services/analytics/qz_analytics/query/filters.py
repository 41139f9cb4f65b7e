"""Filters: `[operator, dimension, values]`, joined by and, or, not to a bounded depth."""

from typing import Any

from qz_analytics.query.dimensions import DIMENSIONS
from qz_analytics.query.question import (
    MAX_DEPTH,
    MAX_FILTERS,
    MAX_VALUE_LENGTH,
    MAX_VALUES,
    Branch,
    Filter,
    Leaf,
)
from qz_analytics.query.refused import Refused
from qz_common.errors import FieldError

MAX_NEEDLES = 100
NEGATED = {"is_not": "is", "contains_not": "contains"}
LEAVES = ("is", "contains", *NEGATED)


def read_filters(value: Any, errors: list[FieldError]) -> Branch:
    """All of a list must hold; one error at a time, because the rest hangs on it."""
    try:
        if value is None:
            return Branch("and", ())
        if not isinstance(value, list):
            raise Refused("must be a list of filters")
        parts = tuple(_read(part, f"/{at}", 1) for at, part in enumerate(value))
        if sum(map(_leaves, parts)) > MAX_FILTERS:
            raise Refused(f"at most {MAX_FILTERS} filters", "too_many")
        return Branch("and", parts)
    except Refused as refused:
        errors.append(FieldError(f"/filters{refused.below}", refused.code, str(refused)))
        return Branch("and", ())


def _read(value: Any, below: str, depth: int) -> Filter:
    if depth > MAX_DEPTH:
        raise Refused(f"at most {MAX_DEPTH} levels deep", "too_deep", below)
    if not isinstance(value, list) or not value or not isinstance(value[0], str):
        raise Refused("must be [operator, …]", below=below)
    operator, rest = value[0], value[1:]
    if operator in ("and", "or"):
        return _several(operator, rest, below, depth)
    if operator == "not":
        if len(rest) != 1:
            raise Refused("must be [not, filter]", below=below)
        return Branch("not", (_read(rest[0], f"{below}/1", depth + 1),))
    if operator in LEAVES:
        return _leaf(operator, rest, below)
    raise Refused(f"there is no operator {operator[:20]!r}", "unknown_name", f"{below}/0")


def _several(operator: str, rest: list[Any], below: str, depth: int) -> Filter:
    if len(rest) != 1 or not isinstance(rest[0], list) or not rest[0]:
        raise Refused(f"must be [{operator}, [filter, …]]", below=below)
    parts = [_read(part, f"{below}/1/{at}", depth + 1) for at, part in enumerate(rest[0])]
    return Branch(operator, tuple(parts))


def _leaf(operator: str, rest: list[Any], below: str) -> Filter:
    if len(rest) != 2:
        raise Refused("must be [operator, dimension, values]", below=below)
    dimension, values = rest
    if not isinstance(dimension, str) or dimension not in DIMENSIONS:
        raise Refused("there is no such dimension to filter by", "unknown_name", f"{below}/1")
    found = leaf(NEGATED.get(operator, operator), dimension, values, f"{below}/2")
    return Branch("not", (found,)) if operator in NEGATED else found


def leaf(operator: str, dimension: str, values: Any, below: str) -> Leaf:
    most = MAX_VALUES if operator == "is" else MAX_NEEDLES
    if not isinstance(values, list) or not 1 <= len(values) <= most:
        raise Refused(f"must be a list of 1 to {most} texts", below=below)
    for at, value in enumerate(values):
        if not isinstance(value, str) or len(value) > MAX_VALUE_LENGTH or not _sound(value):
            raise Refused(
                f"must be a text of at most {MAX_VALUE_LENGTH} characters", below=f"{below}/{at}"
            )
    return Leaf(operator, dimension, tuple(values))


def _sound(value: str) -> bool:
    """No half of a surrogate pair: it has no bytes."""
    return value.isascii() or value.encode("utf-8", "replace").decode() == value


def _leaves(part: Filter) -> int:
    return 1 if isinstance(part, Leaf) else sum(map(_leaves, part.parts))
