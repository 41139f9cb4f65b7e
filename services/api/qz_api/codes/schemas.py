"""Shapes of /v1/qr-codes."""

from typing import Annotated, Any, Literal

from pydantic import Field

from qz_api.auth.principal import Mode
from qz_api.db import Row
from qz_api.http.schema import In, Moment, Name, Out
from qz_common.ids import show_id

Slug = Annotated[str, Field(pattern=r"^[a-z0-9_-]{3,64}$")]
Url = Annotated[str, Field(min_length=1, max_length=4096)]


class CodeCreate(In):
    destination_url: Url
    slug: Slug | None = None
    name: Name | Literal[""] = ""


class CodePatch(In):
    destination_url: Url


class LinkView(Out):
    id: str
    slug: str
    short_url: str
    destination_url: str
    version: int


class CodeView(Out):
    id: str
    mode: Mode
    type: Literal["dynamic", "static"]
    name: str
    status: str
    content: dict[str, Any]
    link: LinkView
    format: str
    size: int
    image_url: str
    scan_count: int
    last_scan_at: Moment | None
    created_at: Moment
    updated_at: Moment


def code_view(row: Row, api_url: str, edge_url: str) -> CodeView:
    id = show_id("qr", row["id"])
    return CodeView(
        id=id,
        mode=row["mode"],
        type=row["type"],
        name=row["name"],
        status=row["status"],
        content=row["content"],
        link=LinkView(
            id=show_id("lnk", row["link_id"]),
            slug=row["slug"],
            short_url=f"{edge_url}/{row['slug']}",
            destination_url=row["destination_url"],
            version=row["link_version"],
        ),
        format=row["format"],
        size=row["size"],
        image_url=f"{api_url}/v1/qr-codes/{id}/image",
        scan_count=row["scan_count"],
        last_scan_at=row["last_scan_at"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
