"""Shapes of /v1/links, and the options of a link wherever else they stand."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from qz_api.callers.principal import Mode
from qz_api.connection import Row
from qz_api.http.schema import In, MaybeName, Moment, Name, Out
from qz_api.links.fields import RESTORABLE
from qz_common.ids import show_id

Url = Annotated[str, Field(min_length=1, max_length=8192)]
Slug = Annotated[str, Field(min_length=1, max_length=200)]
Id = Annotated[str, Field(min_length=1, max_length=64)]
Text = Annotated[str, Field(max_length=500)]
Password = Annotated[str, Field(min_length=1, max_length=256)]
Lock = Literal["encrypted", "password", "compliance"]
Status = Literal[
    "active", "scheduled", "paused", "archived", "expired", "exhausted", "blocked", "deleted"
]
Settable = Literal["active", "paused", "archived"]
MetadataValue = Annotated[str, Field(max_length=500)] | bool | int | float | None


class LinkOptions(In):
    """Null takes an option away; objects change field by field."""

    destination_url: Url | None = None
    destination_id: Id | None = None
    """A saved destination; changing that one moves this link."""
    landing_page_id: Id | None = None
    rules: list[dict[str, Any]] | None = None
    starts_at: Moment | None = None
    expires_at: Moment | None = None
    max_scans: int | None = None
    fallback_url: Url | None = None
    """Where a scan goes while the link is paused, not begun, over or used up."""
    password: Password | None = None
    utm: dict[str, Text | None] | None = None
    pass_query: bool | None = None
    app: dict[str, Url | None] | None = None
    """`ios`, `android`, `huawei`: where the app is for these phones."""
    preview: bool | None = None
    locked: list[Lock] | None = None


class NewLinkOptions(LinkOptions):
    slug: Slug | None = None
    host: Annotated[str, Field(max_length=260)] | None = None
    """An own verified domain, by name or id."""
    domain_id: Id | None = None


class Organised(In):
    name: MaybeName | None = None
    campaign_id: Id | None = None
    tags: list[Text] | None = None
    metadata: dict[str, MetadataValue] | None = None


class LinkCreate(NewLinkOptions, Organised):
    pass


class LinkPatch(LinkOptions, Organised):
    status: Settable | None = None
    effective_from: Moment | None = None
    """When a change of the destination is to happen; at once when left out."""


class NewSlug(In):
    slug: Slug | None = None
    name: Name | None = None


class LinkPart(Out):
    """A link as its codes show it."""

    id: str
    slug: str
    host: str
    short_url: str
    destination_url: str
    destination_id: str | None
    landing_page_id: str | None
    rules: list[dict[str, Any]]
    starts_at: Moment | None
    expires_at: Moment | None
    max_scans: int | None
    fallback_url: str | None
    has_password: bool
    utm: dict[str, str]
    pass_query: bool
    app: dict[str, str]
    preview: bool
    flags: list[str]
    """Why a visitor sees a preview in any case: a known shortener, letters that pass for others."""
    version: int


class LinkView(LinkPart):
    mode: Mode
    name: str
    status: Status
    campaign_id: str | None
    tags: list[str]
    metadata: dict[str, MetadataValue]
    locked: list[Lock]
    scan_count: int
    last_scan_at: Moment | None
    created_at: Moment
    updated_at: Moment
    deleted_at: Moment | None
    restorable_until: Moment | None
    """Of what was deleted; afterwards it is gone."""


def link_part(link: Row, edge_url: str) -> LinkPart:
    return LinkPart(**_part_fields(link, edge_url))


def link_view(link: Row, edge_url: str, now: datetime) -> LinkView:
    return LinkView(
        **_part_fields(link, edge_url),
        mode=link["mode"],
        name=link["name"],
        status=status_of(link, now),
        campaign_id=shown("cmp", link["campaign_id"]),
        tags=link["tags"],
        metadata=link["metadata"],
        locked=link["locked"],
        scan_count=link["scan_count"],
        last_scan_at=link["last_scan_at"],
        created_at=link["created_at"],
        updated_at=link["updated_at"],
        deleted_at=link["deleted_at"],
        restorable_until=restorable_until(link),
    )


def _part_fields(link: Row, edge_url: str) -> dict[str, Any]:
    is_landing = link["kind"] == "landing_page"
    return {
        "id": show_id("lnk", link["id"]),
        "slug": link["slug"],
        "host": link["host"],
        "short_url": short_url(link, edge_url),
        "destination_url": link["destination_url"],
        "destination_id": shown("dst", link["destination_id"]),
        "landing_page_id": shown("pg", link["page_id"]) if is_landing else None,
        "rules": link["rules"],
        "starts_at": link["starts_at"],
        "expires_at": link["expires_at"],
        "max_scans": link["max_scans"],
        "fallback_url": link["fallback_url"] or None,
        "has_password": bool(link["password_hash"]),
        "utm": link["utm"],
        "pass_query": link["pass_query"],
        "app": link["app"],
        "preview": link["preview"],
        "flags": link["flags"],
        "version": link["version"],
    }


def short_url(link: Row, edge_url: str) -> str:
    base = f"https://{link['host']}" if link["host"] else edge_url
    return f"{base}/{link['slug']}"


def status_of(link: Row, now: datetime) -> Status:
    """The stored one, but for an active link what the clock says."""
    stored: Status = link["status"]
    if stored != "active":
        return stored
    if link["expires_at"] and now >= link["expires_at"]:
        return "expired"
    return "scheduled" if link["starts_at"] and now < link["starts_at"] else "active"


def restorable_until(row: Row) -> datetime | None:
    return row["deleted_at"] + RESTORABLE if row["deleted_at"] else None


def shown(prefix: str, id: Any) -> str | None:
    return show_id(prefix, id) if id else None


class BlockLink(In):
    slug: Slug
    host: Annotated[str, Field(max_length=260)] = ""
    """Empty is the default short host."""
    reason: Annotated[str, Field(max_length=500)] = ""


class BlockView(Out):
    id: str
    workspace: str
    status: Status

    @classmethod
    def of(cls, link: Row) -> Self:
        workspace = show_id("ws", link["workspace_id"])
        return cls(id=show_id("lnk", link["id"]), workspace=workspace, status=link["status"])
