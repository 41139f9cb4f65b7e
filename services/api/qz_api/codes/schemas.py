"""Shapes of /v1/qr-codes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, Field, WithJsonSchema

from qz_api.callers.principal import Mode
from qz_api.codes.service import Found
from qz_api.http.schema import In, Moment, Out
from qz_api.images.vocabulary import STYLE_SCHEMA, FormatName
from qz_api.links.draft import CodeDraft, Report
from qz_api.links.schemas import (
    Id,
    LinkOptions,
    LinkPart,
    Lock,
    MetadataValue,
    NewLinkOptions,
    Organised,
    Settable,
    Status,
    link_part,
    restorable_until,
    shown,
    status_of,
)
from qz_api.settings import ApiSettings
from qz_common.ids import show_id

PLAIN_STYLE: Mapping[str, Any] = {
    "foreground": "#000000",
    "background": "#ffffff",
    "modules": "square",
    "eye_frame": "auto",
    "eye_ball": "auto",
    "frame": "none",
    "frame_text": "",
    "logo_url": None,
    "error_correction": "auto",
    "quiet_zone": 4,
}


StyleObject = Annotated[dict[str, Any], WithJsonSchema(STYLE_SCHEMA)]


class Drawn(In):
    """How a code looks."""

    style: StyleObject | None = None
    style_id: Id | None = None
    """A saved style to begin with; it is copied."""
    format: FormatName | None = None
    size: int | float | dict[str, Any] | None = None
    """Pixels, or print units: `{"mm": 30, "dpi": 300}`."""


class CodeCreate(NewLinkOptions, Drawn, Organised):
    """The options of the link may stand at the top or under `link`."""

    type: Literal["dynamic", "static"] = "dynamic"
    content: dict[str, Any] | None = None
    link: NewLinkOptions | None = None
    link_id: Id | None = None
    """Makes another code for a link that is there."""


class CodePatch(LinkOptions, Drawn, Organised):
    content: dict[str, Any] | None = None
    link: LinkOptions | None = None
    status: Settable | None = None
    effective_from: Moment | None = None
    """When a change of the destination is to happen; at once when left out."""


class CodeView(Out):
    id: str
    mode: Mode
    type: Literal["dynamic", "static"]
    name: str
    status: Status
    content: dict[str, Any]
    link: LinkPart | None
    """None for a static code."""
    style: dict[str, Any]
    style_id: str | None
    format: str
    size: int | dict[str, Any]
    image_url: str
    campaign_id: str | None
    tags: list[str]
    metadata: dict[str, MetadataValue]
    locked: list[Lock] = Field(default_factory=list)
    scan_count: int
    last_scan_at: Moment | None
    download_count: int
    created_at: Moment
    updated_at: Moment
    deleted_at: Moment | None
    restorable_until: Moment | None
    """Of what was deleted; afterwards it is gone."""


def draft_of(body: BaseModel, root: str = "") -> tuple[CodeDraft, Report]:
    """What a body names, in one level, with pointers to where it was written."""
    given = body.model_dump(exclude_unset=True)
    below = given.pop("link", None) or {}
    places = dict.fromkeys(below, f"{root}/link")
    report = Report(root, places)
    for name in below.keys() & given.keys():
        if below[name] != given[name]:
            report.add(name, "given_twice", f"{name} stands at the top with another value")
    draft = {**given, **below}
    _join_host(draft, report)
    _join_content(draft, report)
    return cast(CodeDraft, draft), report


def _join_host(draft: dict[str, Any], report: Report) -> None:
    domain = draft.pop("domain_id", None)
    if domain is not None and draft.get("host"):
        report.add("domain_id", "given_twice", "host names a domain already")
    if domain is not None:
        draft["host"] = domain


def _join_content(draft: dict[str, Any], report: Report) -> None:
    """A dynamic URL code says the same in two places; either will do."""
    content = draft.get("content")
    if draft.get("type") == "static" or not isinstance(content, dict):
        return
    url = content.get("url")
    if content.get("kind") == "url" and set(content) == {"kind", "url"} and isinstance(url, str):
        del draft["content"]
        if draft.get("destination_url") not in (None, url):
            report.add("content/url", "given_twice", "destination_url says something else")
        else:
            draft["destination_url"] = url


def code_view(found: Found, settings: ApiSettings, now: datetime) -> CodeView:
    code, link = found.code, found.link
    id = show_id("qr", code["id"])
    return CodeView(
        id=id,
        mode=code["mode"],
        type=code["type"],
        name=code["name"],
        status=_status(found, now),
        content=content_of(found),
        link=link_part(link, settings.edge_url) if link else None,
        style={**PLAIN_STYLE, **code["style"]},
        style_id=shown("sty", code["style_id"]),
        format=code["format"],
        size=code["size"],
        image_url=f"{settings.api_url}/v1/qr-codes/{id}/image",
        campaign_id=shown("cmp", code["campaign_id"]),
        tags=code["tags"],
        metadata=code["metadata"],
        locked=link["locked"] if link else [],
        scan_count=link["scan_count"] if link else 0,
        last_scan_at=link["last_scan_at"] if link else None,
        download_count=code["download_count"],
        created_at=code["created_at"],
        updated_at=code["updated_at"],
        deleted_at=code["deleted_at"],
        restorable_until=restorable_until(code),
    )


def content_of(found: Found) -> dict[str, Any]:
    """What a static code says, or what its link leads to."""
    link = found.link
    if link is None:
        kept: dict[str, Any] = found.code["content"]
        return kept
    if link["content"] is not None:
        return dict(link["content"])
    if link["kind"] == "landing_page":
        return {"kind": "landing_page", "landing_page_id": shown("pg", link["page_id"])}
    return {"kind": "url", "url": link["destination_url"]}


def _status(found: Found, now: datetime) -> Status:
    if found.code["deleted_at"] is not None:
        return "deleted"
    if found.link is not None:
        return status_of(found.link, now)
    status: Status = found.code["status"]
    return status
