"""Rows of a bulk body as drafts: what the defaults say, then what the row says.

Pointers lead to where a field was written, in the row or in the defaults. Jobs read their rows
by the same functions.
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
    draft, report = draft_of(item, root)
    if defaults is None:
        return draft, report
    common, told = draft_of(defaults, DEFAULTS)
    report.errors += told.errors
    own, given = cast(Mapping[str, Any], draft), cast(Mapping[str, Any], common)
    kept = {name: value for name, value in given.items() if _holds(name, own)}
    report.came_from({name: told.place(name) for name in kept if name not in own})
    both = {**kept, **own}
    for name in MERGED:
        if isinstance(kept.get(name), dict) and isinstance(own.get(name), dict):
            both[name] = {**kept[name], **own[name]}
    return cast(CodeDraft, both), report


def _holds(name: str, own: Mapping[str, Any]) -> bool:
    """A row that leads somewhere itself takes no destination from the defaults."""
    leads = {*WAYS, "link_id"}
    return name not in leads or not any(own.get(way) is not None for way in leads)
