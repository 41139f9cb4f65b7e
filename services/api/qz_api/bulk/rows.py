"""Rows of a bulk body as drafts: what the defaults say, then what the row says.

Pointers lead to where a field was written, in the row or in the defaults.
"""

from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel

from qz_api.bulk.schemas import MERGED
from qz_api.codes.schemas import draft_of
from qz_api.links.draft import CodeDraft, Report
from qz_api.links.reading import WAYS

DEFAULTS = "/defaults"


def row_draft(item: BaseModel, defaults: BaseModel | None, root: str) -> tuple[CodeDraft, Report]:
    if defaults is None:
        return draft_of(item, root)
    type = _type_of(item, defaults)
    draft, report = draft_of(item.model_copy(update=type), root)
    common, told = draft_of(defaults.model_copy(update=type), DEFAULTS)
    report.errors += told.errors
    own, given = cast(Mapping[str, Any], draft), cast(Mapping[str, Any], common)
    kept = {name: value for name, value in given.items() if _holds(name, own)}
    report.came_from({name: told.place(name) for name in kept if name not in own})
    both = {**kept, **own}
    for name in MERGED:
        if isinstance(kept.get(name), dict) and isinstance(own.get(name), dict):
            both[name] = {**kept[name], **own[name]}
    return cast(CodeDraft, both), report


def _type_of(item: BaseModel, defaults: BaseModel) -> dict[str, str]:
    """Both halves are read as of the type that the whole row has: it says what a URL means."""
    for half in (item, defaults):
        if "type" in half.model_fields_set:
            return half.model_dump(include={"type"})
    return {}


def _holds(name: str, own: Mapping[str, Any]) -> bool:
    """A row that leads somewhere itself takes no destination from the defaults."""
    leads = {*WAYS, "link_id"}
    return name not in leads or not any(own.get(way) is not None for way in leads)
