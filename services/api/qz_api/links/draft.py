"""What a caller wants of a link or a code, in plain words, and what is wrong with it.

A draft names the fields that are meant, and no others: creating takes defaults for the rest,
changing leaves the rest alone. Routes make drafts from bodies.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

from qz_common.errors import Conflict, FieldError, Invalid, Problem

MAX_ERRORS = 100


class LinkDraft(TypedDict, total=False):
    name: str
    slug: str | None
    slug_length: int
    host: str | None
    destination_url: str | None
    destination_id: str | None
    landing_page_id: str | None
    content: Mapping[str, Any] | None
    rules: Any
    starts_at: datetime | None
    expires_at: datetime | None
    max_scans: int | None
    fallback_url: str | None
    password: str | None
    utm: Mapping[str, str] | None
    pass_query: bool | None
    app: Mapping[str, str | None] | None
    preview: bool | None
    campaign_id: str | None
    tags: Iterable[str] | None
    metadata: Mapping[str, Any] | None
    locked: Iterable[str] | None
    status: str
    standalone: bool
    effective_from: datetime | None


class CodeDraft(LinkDraft, total=False):
    type: str
    link_id: str | None
    style: Mapping[str, Any] | None
    style_id: str | None
    format: str
    size: Any
    printed_url: str


class Report:
    """All that is wrong with one draft, with pointers to where its caller wrote each field."""

    def __init__(
        self, root: str = "", places: Mapping[str, str] | None = None, *, whole: bool = False
    ) -> None:
        """`whole`: the caller wrote the draft as one value, to which every pointer leads."""
        self.errors: list[FieldError] = []
        self._whole = whole
        self._root = root
        self._places = dict(places or {})

    def add(self, field: str, code: str, message: str) -> None:
        """`field` may go on below: `rules/0/destination_url`; empty is the draft as a whole."""
        place = self.place(field.partition("/")[0])
        pointer = f"{place}/{field}" if field and not self._whole else place
        self.errors.append(FieldError(pointer, code, message))

    def place(self, name: str) -> str:
        """The pointer of the object that a field stands in."""
        return self._places.get(name, self._root)

    def came_from(self, places: Mapping[str, str]) -> None:
        """These fields were written elsewhere."""
        self._places |= places


def refuse(errors: Iterable[FieldError]) -> None:
    """Raises everything at once; a conflict only when there is nothing else."""
    found = list(errors)
    if found:
        raise refusal(found)


def refusal(errors: Sequence[FieldError]) -> Problem:
    found = list(dict.fromkeys(errors))
    codes = {error.code for error in found}
    code = codes.pop() if len(codes) == 1 else None
    first = found[0]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    kind = Conflict if code in CONFLICTS else Invalid
    where = first.pointer or "the body"
    return kind(f"{where}: {first.message}{more}", code, errors=found[:MAX_ERRORS])


CONFLICTS = frozenset({"slug_taken", "code_locked", "code_blocked"})
"""What is well-formed, and still the state of things forbids it."""
