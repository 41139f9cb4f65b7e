"""Bodies and queries read so that no input a stranger can send is worse than a 4xx.

What can't be read is 400; what can be read but is out of bounds or of the wrong shape is 422,
with a JSON pointer to each bad field.
"""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import orjson
from pydantic import BaseModel, ValidationError

from qz_api.http.refusals import refused
from qz_api.http.scope import Receive, Scope, header
from qz_common.errors import Invalid, Malformed, TooLarge, UnsupportedMedia

M = TypeVar("M", bound=BaseModel)
MAX_DEPTH = 32
MAX_VALUES = 100_000
MAX_DIGITS = 18
"""Of a whole number: it fits in 64 bits."""
MAX_QUERY_FIELDS = 100
CHARSET = re.compile(r';\s*charset\s*=\s*"?([^";\s]*)', re.ASCII | re.IGNORECASE)
JSON_TYPE = re.compile(r"application/(?:[\w.-]+\+)?json(?:\s*;.*)?", re.ASCII | re.IGNORECASE)


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """The whole body; the limit counts what arrives, whatever Content-Length says."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Malformed("the body ended early")
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise TooLarge(f"a body here may have {limit} bytes", headers={"Connection": "close"})
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


def parse_json(scope: Scope, body: bytes) -> Any:
    if not body:
        raise Malformed("a JSON body is needed", "missing_body")
    _check_media(scope)
    value = _load(body)
    _check_bounds(value)
    return value


def _check_media(scope: Scope) -> None:
    content_type = header(scope, b"content-type") or ""
    if not JSON_TYPE.fullmatch(content_type):
        raise UnsupportedMedia("send the body as application/json")
    charset = CHARSET.search(content_type)
    if charset and charset[1].lower() not in ("utf-8", "utf8"):
        raise UnsupportedMedia("JSON is UTF-8, whatever the charset says")
    if (header(scope, b"content-encoding") or "identity").lower() != "identity":
        raise UnsupportedMedia("send the body as it is, without a Content-Encoding")


def validate(kind: type[M], value: Any) -> M:
    """Nothing is converted: "5" is no number, and 1 is not true."""
    try:
        return kind.model_validate_json(orjson.dumps(value), strict=True)
    except ValidationError as error:
        raise refused(error, value) from None


def parse_query(kind: type[M], scope: Scope) -> M:
    """Each parameter once, or again where the model has a list."""
    fields: dict[str, Any] = {}
    lists = {name for name, field in kind.model_fields.items() if _is_list(field.annotation)}
    for name, text in query_pairs(scope):
        if name in lists:
            fields.setdefault(name, []).append(text)
        elif name in fields:
            raise Malformed(f"the parameter {name} stands more than once")
        else:
            fields[name] = text
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        raise refused(error, fields, query=True) from None


def query_pairs(scope: Scope) -> list[tuple[str, str]]:
    try:
        pairs = parse_qsl(
            scope["query_string"].decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_QUERY_FIELDS,
        )
    except ValueError:
        raise Malformed("the query can't be read", "malformed_query") from None
    if any("\0" in name + text for name, text in pairs):
        raise Malformed("the query has a NUL", "malformed_query")
    return pairs


def _load(body: bytes) -> Any:
    try:
        return json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_number,
            parse_constant=_constant,
        )
    except UnicodeDecodeError:
        raise Malformed("the body is not UTF-8", "malformed_json") from None
    except RecursionError:
        raise _out_of_bounds("nested too deep") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Malformed(f"the body is no JSON: {error.msg} at {where}", "malformed_json") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _out_of_bounds("an object names a field twice")
    return found


def _integer(text: str) -> int:
    if len(text.removeprefix("-")) > MAX_DIGITS:
        raise _out_of_bounds("a number has too many digits")
    return int(text)


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _out_of_bounds("a number is too large")
    return number


def _constant(text: str) -> float:
    raise Malformed(f"{text} is no JSON", "malformed_json")


def _check_bounds(value: Any) -> None:
    level = [value]
    seen = 0
    for _ in range(MAX_DEPTH):
        seen += len(level)
        if seen > MAX_VALUES:
            raise _out_of_bounds("too many values")
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return
    raise _out_of_bounds("nested too deep")


def _children(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value
        yield from value.values()
    elif isinstance(value, list):
        yield from value
    elif isinstance(value, str) and not value.isascii():
        _check_text(value)
    elif isinstance(value, str) and "\0" in value:
        raise _out_of_bounds("a text has a NUL")


def _check_text(value: str) -> None:
    if "\0" in value:
        raise _out_of_bounds("a text has a NUL")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _out_of_bounds("a text has half of a surrogate pair") from None


def _out_of_bounds(why: str) -> Invalid:
    return Invalid(f"the body is out of bounds: {why}", "invalid_json")


def _is_list(annotation: Any) -> bool:
    return "list[" in str(annotation) or "tuple[" in str(annotation)
