"""Lists a page at a time, by the place of the last row rather than by counting.

A cursor is opaque and signed; it opens only for the operation, workspace, mode and filters that
it was made for.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

import orjson
from pydantic import BaseModel, Field

from qz_api.connection import Row
from qz_api.http.schema import Query
from qz_common.errors import FieldError, Invalid

V = TypeVar("V", bound=BaseModel)
TAG_BYTES = 16
DEFAULT_LIMIT = 25
MAX_LIMIT = 100
Place = tuple[datetime, UUID]
"""Where a row stands in a list ordered by (created_at, id), newest first."""
NEWEST = ("created_at", "id")
"""The columns of that place."""


class PageQuery(Query):
    """Base of every list's query."""

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT
    """Rows of a page, at most."""
    cursor: Annotated[str, Field(max_length=1024)] | None = None
    """`next_cursor` of the page before, with the same filters."""
    include: Literal["total"] | None = None
    """`total` counts all rows of the list."""


class Page(BaseModel, Generic[V]):
    data: list[V]
    has_more: bool
    next_cursor: str | None
    total: int | None = None
    """Only when asked for with `include=total`."""


@dataclass(frozen=True, slots=True)
class Cursors:
    secret: bytes
    binding: bytes

    def write(self, place: Sequence[Any]) -> str:
        payload = orjson.dumps([_plain(value) for value in place])
        return base64.urlsafe_b64encode(self._tag(payload) + payload).rstrip(b"=").decode()

    def read(self, text: str) -> list[Any]:
        padded = text.encode("ascii", "replace") + b"=" * (-len(text) % 4)
        try:
            data = base64.b64decode(padded, altchars=b"-_", validate=True)
        except binascii.Error:
            raise _invalid_cursor() from None
        tag, payload = data[:TAG_BYTES], data[TAG_BYTES:]
        if not hmac.compare_digest(tag, self._tag(payload)):
            raise _invalid_cursor()
        place: list[Any] = orjson.loads(payload)
        return place

    def read_place(self, text: str | None) -> Place | None:
        if text is None:
            return None
        created_at, uuid = self.read(text)
        return datetime.fromisoformat(created_at), UUID(uuid)

    def _tag(self, payload: bytes) -> bytes:
        message = self.binding + b"\0" + payload
        return hmac.digest(self.secret, message, hashlib.sha256)[:TAG_BYTES]


def page_of(
    rows: Sequence[Row],
    query: PageQuery,
    cursors: Cursors,
    view: Callable[[Row], V],
    total: int | None = None,
    *,
    place: Sequence[str] = NEWEST,
) -> Page[V]:
    """One page out of the `limit + 1` rows that were asked for; `place` names the columns of the
    order, which say where the next page starts."""
    kept, more = rows[: query.limit], len(rows) > query.limit
    return Page(
        data=[view(row) for row in kept],
        has_more=more,
        next_cursor=cursors.write([kept[-1][name] for name in place]) if more else None,
        total=total,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _invalid_cursor() -> Invalid:
    error = FieldError("?cursor", "invalid_cursor", "made for another list, or not by us")
    return Invalid("the cursor does not belong to this list", "invalid_cursor", errors=[error])
