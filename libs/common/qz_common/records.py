"""What the topic `routing` carries and a replica keeps: everything an edge needs to answer.

Keys are `kind:name`. The default short host is the empty host, so moving a deployment to another
name or port moves no record. A record with a lower version than the stored one is ignored;
versions only grow, and after a database was restored they continue in a higher epoch.
Fields are only ever appended, each with a default (tests/contract holds old bytes).
"""

import msgspec

from qz_common.rules import Rule

DEFAULT_HOST = ""


class AppLinks(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where an app lives, by platform; the location of the record is for everybody else."""

    ios: str = ""
    android: str = ""
    huawei: str = ""


class CodeRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="code"):
    """One slug of one host: where its scan goes, and what may stand in the way."""

    v: int = 1
    version: int
    workspace: str
    link: str
    code: str = ""
    """The code printed with this link; empty when several share it."""
    mode: str = "live"
    status: str = "active"
    """`active, paused, archived, exhausted, blocked, deleted`; start and end are times below."""
    location: str = ""
    """Canonical ASCII as the URL gate gave it; empty when a page is the answer."""
    destination_id: str = ""
    rules: tuple[Rule, ...] = ()
    starts_at_ms: int = 0
    expires_at_ms: int = 0
    max_scans: int = 0
    fallback: str = ""
    """Where a scan goes while the link is not to be followed; empty shows a page."""
    password: str = ""
    """The slow hash of a password, or empty."""
    pass_query: bool = False
    utm: dict[str, str] = {}
    app: AppLinks | None = None
    page: str = ""
    """Id of the page that is the answer to a scan."""
    preview: bool = False
    """Show where it leads before going there."""
    campaign: str = ""
    tags: tuple[str, ...] = ()
    created_at_ms: int = 0


class PageFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file that a page offers, at `f/{name}` below the page."""

    name: str
    media_type: str
    body: str


class PageAction(msgspec.Struct, frozen=True, omit_defaults=True):
    """A button: pressing it is counted at `a/{id}` below the page, then leads to `href`."""

    id: str
    href: str


class PageRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="page"):
    """A compiled page: safe HTML per language, with `PAGE_BASE` where its own address goes."""

    v: int = 1
    version: int
    id: str
    workspace: str
    status: str = "active"
    html: dict[str, str] = {}
    """By language tag; the key `""` is for everybody else."""
    files: tuple[PageFile, ...] = ()
    actions: tuple[PageAction, ...] = ()


PAGE_BASE = "/__qz_page__/"
"""Stands in compiled HTML (`<base href>`) until the edge knows the address that was asked for."""


class DomainRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="domain"):
    """A verified short domain of a workspace."""

    v: int = 1
    version: int
    host: str
    workspace: str
    status: str = "active"
    root_url: str = ""
    """Where the bare host leads; empty shows the plain start page."""


class SaltRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="salt"):
    """The secret of one UTC day's visitor hashes; kept 48 hours at most."""

    v: int = 1
    version: int
    day: str
    salt: str


class MarkerRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="marker"):
    """Closes a complete re-publish of one partition."""

    v: int = 1
    version: int
    id: str


RoutingRecord = CodeRecord | PageRecord | DomainRecord | SaltRecord | MarkerRecord

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[RoutingRecord] = msgspec.json.Decoder(RoutingRecord)

encode = _encoder.encode


def decode(value: bytes) -> RoutingRecord:
    """Raises msgspec.DecodeError (a ValueError) for anything that is no routing record."""
    return _decoder.decode(value)


def code_key(host: str, slug: str) -> str:
    return f"code:{host}/{slug}"


def page_key(page_id: str) -> str:
    return f"page:{page_id}"


def domain_key(host: str) -> str:
    return f"domain:{host}"


def salt_key(day: str) -> str:
    return f"salt:{day}"


def marker_key(partition: int) -> str:
    return f"marker:{partition}"
