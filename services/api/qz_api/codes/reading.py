"""A draft of a code as columns of the code and of its link, or everything wrong with it. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from qz_api.differing import differs
from qz_api.images.looks import changed_pictures, merged, read_readable
from qz_api.links.content import complain, parsed_content
from qz_api.links.context import Context
from qz_api.links.draft import Report
from qz_api.links.fields import (
    Columns,
    Reading,
    read_campaign,
    read_metadata,
    read_tags,
)
from qz_api.links.policy import admitted
from qz_common.ids import read_id
from qz_render import FORMATS, RenderError, parse_size

OWN = frozenset({"name", "style", "style_id", "format", "size", "tags", "metadata", "campaign_id"})
"""Fields that a code has for itself."""
MIRRORED = ("name", "campaign_id", "tags")
"""What a link takes over from the one code that prints it."""
OF_CODES = frozenset({"type", "link_id", "style", "style_id", "format", "size", "printed_url"})
BLANK: Mapping[str, Any] = {
    "name": "",
    "status": "active",
    "content": None,
    "content_kind": "url",
    "style": {},
    "style_id": None,
    "format": "png",
    "size": 512,
    "campaign_id": None,
    "tags": [],
    "metadata": {},
    "deleted_at": None,
}
STATIC_STATUSES = ("active", "paused", "archived")


def read_code(
    draft: Mapping[str, Any], context: Context, report: Report, before: Mapping[str, Any]
) -> Columns:
    """The columns of a code that its draft changes."""
    reading = Reading(context, report, before)
    columns: Columns = {}
    if "name" in draft:
        columns["name"] = draft["name"] or ""
    if "tags" in draft:
        columns |= read_tags(draft["tags"], reading)
    if "metadata" in draft:
        columns |= read_metadata(draft["metadata"], reading)
    if "campaign_id" in draft:
        columns |= read_campaign(draft["campaign_id"], reading)
    if "style" in draft or "style_id" in draft:
        columns |= _read_style(draft, reading)
    columns |= _read_image(draft, report)
    return {name: value for name, value in columns.items() if differs(before.get(name), value)}


def read_static(draft: Mapping[str, Any], context: Context, report: Report) -> Columns:
    """What a static code says is printed: it is checked, and kept as it was given."""
    for name in (*_link_fields(draft), *(["link_id"] if draft.get("link_id") else [])):
        report.add(name, "static_code", "a static code has no link")
    found = parsed_content(draft.get("content"), report)
    if found is None:
        return {}
    if found.kind == "url" and found.payload().lower().startswith("http"):
        # nothing of ours is asked when it is scanned, so any reachable place will do
        policy = replace(
            context.policy, own_hosts=frozenset(), allow_private=True, allow_ip_literals=True
        )
        admitted(found.payload(), policy, report, "content/url")
    return {"content": dict(draft["content"]), "content_kind": found.kind}


def read_static_change(draft: Mapping[str, Any], report: Report) -> Columns:
    for name in sorted({*_link_fields(draft), *({"content"} & draft.keys())}):
        report.add(name, "static_code", "what a static code says is printed and can't change")
    status = draft.get("status")
    if status is not None and status not in STATIC_STATUSES:
        report.add("status", "invalid_value", f"one of {', '.join(STATIC_STATUSES)}")
    return {} if status is None else {"status": status}


def link_draft(draft: Mapping[str, Any], *, mirrors: bool) -> dict[str, Any]:
    """The part of a code's draft that means its link."""
    taken = {name: value for name, value in draft.items() if name not in OWN | OF_CODES}
    if mirrors:
        taken |= {name: draft[name] for name in MIRRORED if name in draft}
    return taken


def _link_fields(draft: Mapping[str, Any]) -> list[str]:
    kept = {*OWN, *OF_CODES, "content", "status", "slug_length"}
    return [name for name, value in draft.items() if name not in kept and value is not None]


def _read_style(draft: Mapping[str, Any], reading: Reading) -> Columns:
    """A saved look is copied, so that a symbol never changes behind its owner's back."""
    columns: Columns = {}
    style: dict[str, Any] = dict(reading.before.get("style", {}))
    if "style_id" in draft:
        id = read_id("sty", draft["style_id"]) if draft["style_id"] else None
        look = reading.context.looks.get(id) if id else None
        if draft["style_id"] and look is None:
            reading.report.add("style_id", "unknown_style", "there is no such style")
        columns["style_id"] = id
        style = merged(style, look or {})
    given = draft.get("style", {})
    style = {} if given is None else merged(style, given)
    try:
        read_readable(style, "")
    except RenderError as error:
        complain(reading.report, "style", error)
    return {**columns, "style": style | _pinned(style, reading)}


def _pinned(style: Mapping[str, Any], reading: Reading) -> dict[str, Any]:
    """The pictures of a style that were not in it before, each a copy of ours."""
    others = changed_pictures(reading.before.get("style", {}), style)
    pinned, errors = reading.context.pictures.pin(others, "style")
    for error in errors:
        reading.report.add(error.pointer, error.code, error.message)
    return pinned


def _read_image(draft: Mapping[str, Any], report: Report) -> Columns:
    columns: Columns = {}
    if draft.get("format") is not None:
        if draft["format"] not in FORMATS:
            report.add("format", "unknown_format", f"one of {', '.join(FORMATS)}")
        columns["format"] = draft["format"]
    if draft.get("size") is not None:
        try:
            parse_size(draft["size"], pointer="")
        except RenderError as error:
            complain(report, "size", error)
        size = draft["size"]
        columns["size"] = int(size) if isinstance(size, float) else size
    return columns
