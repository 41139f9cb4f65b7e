"""Whether a change changes anything: one that says what is so already makes no version, no entry in
the audit log and no record for the edges."""

from collections.abc import Mapping
from typing import Any

import orjson

from qz_api.connection import Row


def says_news(before: Row, wanted: Mapping[str, Any]) -> bool:
    """`wanted` are columns of the row."""
    return any(differs(before[name], value) for name, value in wanted.items())


def differs(before: Any, after: Any) -> bool:
    """True is not 1, though Python says so."""
    return bool(before != after) or (
        isinstance(after, dict | list) and _text(before) != _text(after)
    )


def _text(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
