"""Shapes of /v1/domains."""

from typing import Annotated, Literal

from pydantic import Field

from qz_api.callers.principal import Mode
from qz_api.connection import Row
from qz_api.domains.hosts import record_name, record_value
from qz_api.http.schema import In, Moment, Out
from qz_api.listing import NamedQuery
from qz_common.ids import show_id
from qz_common.urls import parse_host

Status = Literal["pending", "verified", "lapsed"]
RootUrl = Annotated[str, Field(min_length=1, max_length=2048)]


class DomainCreate(In):
    host: Annotated[str, Field(min_length=1, max_length=1024)]
    """`go.example.com`, without scheme, port or path."""
    root_url: RootUrl | None = None
    """Where the bare host leads; left out, it shows a plain page."""


class DomainPatch(In):
    root_url: RootUrl | None = None
    default: bool | None = None
    """New links stand on this host when they name none; it takes a verified domain."""


class DomainQuery(NamedQuery):
    status: Status | None = None
    host: Annotated[str, Field(max_length=253)] | None = None


class DnsRecord(Out):
    type: Literal["TXT"] = "TXT"
    name: str
    value: str


class DomainView(Out):
    id: str
    mode: Mode
    host: str
    host_unicode: str
    """As people read it, where that differs from `host`."""
    status: Status
    """`lapsed` was verified once, and the host is no longer answered for."""
    default: bool
    root_url: str | None
    dns_record: DnsRecord
    """Shows that the domain is yours; leave it where it is, it is looked for every day."""
    failure: str | None
    """What the last look found wrong: `record_missing`, `record_differs`, `taken_over`."""
    failing_since: Moment | None
    """When a verified domain's record was first found gone."""
    checked_at: Moment | None
    verified_at: Moment | None
    created_at: Moment
    updated_at: Moment


def domain_view(row: Row) -> DomainView:
    return DomainView(
        id=show_id("dom", row["id"]),
        mode=row["mode"],
        host=row["host"],
        host_unicode=parse_host(row["host"]).unicode,
        status=row["status"],
        default=row["is_default"],
        root_url=row["root_url"] or None,
        dns_record=DnsRecord(name=record_name(row["host"]), value=record_value(row["token"])),
        failure=row["failure"] or None,
        failing_since=row["failing_since"],
        checked_at=row["checked_at"],
        verified_at=row["verified_at"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
