"""A record made ready once for all its scans: what of the answer and the event never changes."""

from collections.abc import Iterator
from zlib import crc32

import msgspec

from qz_common.records import CodeRecord
from qz_common.rules import Decision
from qz_common.rules.conditions.visit_number import VisitNumber
from qz_common.urls import add_query, header_bytes, query_pairs
from qz_common.utm import UTM_NAMES
from qz_redirect.scan import members

OWN_PARAMETERS = frozenset({"qz_k", "qz_m"})
"""Meant for the edge, never passed on."""
UTM_LIMIT = 200

_decode_code = msgspec.json.Decoder(CodeRecord).decode


class _Owner(msgspec.Struct, omit_defaults=True):
    """The fields of a scan event that stand together in the code's record."""

    workspace: str
    link: str
    code: str = ""
    mode: str = "live"


class _Rest(msgspec.Struct, omit_defaults=True):
    """The other fields of a scan event that belong to the code."""

    slug: str
    host: str
    route_version: int
    campaign: str = ""
    tags: tuple[str, ...] = ()
    utm: dict[str, str] = {}


class _Target(msgspec.Struct, omit_defaults=True):
    """The fields of a scan event that say where it led."""

    destination: str = ""
    destination_id: str = ""
    rule: str = ""
    variant: str = ""


def owner_members(record: CodeRecord) -> bytes:
    return members(_Owner(record.workspace, record.link, record.code, record.mode))


def rest_members(key: bytes, record: CodeRecord, utm: dict[str, str]) -> bytes:
    """`key` is `host/slug`."""
    host, _, slug = key.decode().rpartition("/")
    return members(_Rest(slug, host, record.version, record.campaign, record.tags, utm))


def target_members(
    location: str, destination_id: str = "", rule: str = "", variant: str = ""
) -> bytes:
    return members(_Target(location, destination_id, rule, variant))


def link_number(link: str) -> int:
    """Stands for a link beside the 64 bits of a visitor, the same in every process."""
    return crc32(link.encode())


class Prepared:
    """`easy`: nothing stands between a scan and its destination, at any time and for anybody."""

    __slots__ = (
        "easy",
        "event_head",
        "event_target",
        "fixed",
        "key",
        "link_number",
        "location",
        "record",
        "workspace",
    )

    def __init__(self, key: bytes, value: bytes) -> None:
        """ValueError when the bytes are no code record, or would send somebody to no address."""
        record = _decode_code(value)
        self.key = key
        self.record = record
        self.workspace = record.workspace
        self.link_number = link_number(record.link)
        self.easy = is_easy(record)
        self.fixed = is_fixed(record)
        self.event_head = owner_members(record) + rest_members(key, record, {})
        self.location = self.event_target = b""
        if self.fixed:
            location = with_query(record, record.location, b"")
            self.location = location.encode("ascii")
            self.event_target = target_members(location, record.destination_id)
        else:
            for destination in destinations(record):
                header_bytes(destination)

    @property
    def counts_visits(self) -> bool:
        """Whether a rule asks for the number of a visit."""
        rules = self.record.rules
        return any(isinstance(part, VisitNumber) for rule in rules for part in rule.when)

    def utm_with(self, query: bytes) -> dict[str, str]:
        """What the visitor brought along, under what the owner of the link has set."""
        utm = self.record.utm
        if not has_utm(query):
            return utm
        brought = {name: value for name, value in query_pairs(query) if name in UTM_NAMES}
        return {name: value[:UTM_LIMIT] for name, value in brought.items()} | utm


def is_easy(record: CodeRecord) -> bool:
    """Asks of the gate what doesn't depend on the moment or the visitor."""
    return (
        record.status == "active"
        and not (record.starts_at_ms or record.expires_at_ms)
        and not (record.password or record.page or record.preview)
        and record.app is None
        and bool(record.location)
    )


def is_fixed(record: CodeRecord) -> bool:
    """Every plain scan of it gets the same answer."""
    return is_easy(record) and not (record.rules or record.pass_query or record.fallback)


def has_utm(query: bytes) -> bool:
    return b"utm_" in query


def destinations(record: CodeRecord) -> Iterator[str]:
    """Every address that this record may send somebody to."""
    yield from filter(None, (record.location, record.fallback))
    for rule in record.rules:
        yield from filter(
            None, (rule.destination_url, *(arm.destination_url for arm in rule.split))
        )


def with_query(record: CodeRecord, location: str, query: bytes) -> str:
    """The location with the link's UTM parameters and, where the link passes it on, the query."""
    pairs = list(record.utm.items())
    if record.pass_query and query:
        kept_back = OWN_PARAMETERS | record.utm.keys()
        pairs += [pair for pair in query_pairs(query) if pair[0] not in kept_back]
    whole = add_query(location, pairs).decode("ascii") if pairs else location
    header_bytes(whole)
    return whole


def target(decision: Decision) -> bytes:
    """The members of an event that say where a scan led."""
    return target_members(
        decision.location, decision.destination_id, decision.rule, decision.variant
    )
