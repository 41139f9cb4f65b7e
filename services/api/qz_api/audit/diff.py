"""What a change changed: the fields that differ, as JSON, without secrets and of bounded size."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeAlias

import orjson

from qz_api.connection import Row
from qz_common.telemetry import API_KEY_TEXT

SECRET = "[secret]"
SECRET_WORDS = ("password", "secret", "token", "hash", "pepper", "credential")
MAX_VALUE_BYTES = 4096
PLAIN = frozenset({bool, int, type(None)})
EMPTY: tuple[Any, ...] = ("", [], {})
Fields: TypeAlias = Row


def changes(before: Fields | None, after: Fields | None) -> tuple[Any, Any]:
    """The differing part of both sides; None where a side does not exist."""
    if before is None or after is None:
        return _shown(before), _shown(after)
    old, new = dict(before), dict(after)
    names = [name for name in {**old, **new} if _differs(name, old, new)]
    return (
        {name: _value(name, old[name]) for name in names if name in old},
        {name: _value(name, new[name]) for name in names if name in new},
    )


def _differs(name: str, old: dict[str, Any], new: dict[str, Any]) -> bool:
    return name not in old or name not in new or bool(old[name] != new[name])


def _shown(fields: Fields | None) -> dict[str, Any] | None:
    if fields is None:
        return None
    return {name: _value(name, value) for name, value in fields.items()}


def _value(name: str, value: Any) -> Any:
    """Also of a secret it is told whether there is one."""
    if _is_secret(name) or isinstance(value, bytes):
        return SECRET if value else None
    if type(value) in PLAIN or value in EMPTY:
        return value
    text = orjson.dumps(_without_secrets(value), default=str)
    if len(text) > MAX_VALUE_BYTES:
        return f"[{len(text)} bytes]"
    return orjson.loads(text)


def _without_secrets(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _inner(str(name), each) for name, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_without_secrets(each) for each in value]
    if isinstance(value, str) and "qz_" in value:
        return API_KEY_TEXT.sub(r"qz_\1_\2…", value)
    return value


def _inner(name: str, value: Any) -> Any:
    return (SECRET if value else None) if _is_secret(name) else _without_secrets(value)


@lru_cache(1024)
def _is_secret(name: str) -> bool:
    lower = name.lower()
    return any(word in lower for word in SECRET_WORDS)
