"""From the rows of links to the records that every edge answers with."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

import msgspec

from qz_api.connection import Connection, Row
from qz_api.links import neighbours
from qz_api.links.fields import targets_of
from qz_api.outbox import store as outbox
from qz_api.transaction import Transaction
from qz_common.clock import to_ms
from qz_common.ids import read_id, show_id
from qz_common.records import AppLinks, CodeRecord, code_key
from qz_common.rules import Arm, Rule

Link: TypeAlias = Row
Locations: TypeAlias = Mapping[UUID, str]
T = TypeVar("T", Rule, Arm)
CHUNK = 1000


async def publish(conn: Transaction, links: Sequence[Link]) -> list[CodeRecord]:
    """Links of one workspace and mode, whose rows this transaction has locked or made."""
    published: list[CodeRecord] = []
    for start in range(0, len(links), CHUNK):
        chunk = links[start : start + CHUNK]
        records = await compile_all(conn, chunk)
        keyed = [
            (code_key(link["host"], link["slug"]), record)
            for link, record in zip(chunk, records, strict=True)
        ]
        await outbox.append_all(conn, chunk[0]["workspace_id"], keyed)
        published += records
    return published


async def compile_all(conn: Connection, links: Sequence[Link]) -> list[CodeRecord]:
    workspace, mode = links[0]["workspace_id"], links[0]["mode"]
    destinations = {id for link in links for id in _used(link)}
    campaigns = {link["campaign_id"] for link in links if link["campaign_id"]}
    locations = await neighbours.locations(conn, workspace, mode, destinations)
    utm = await neighbours.campaign_utm(conn, workspace, mode, campaigns)
    return [
        compile_record(link, locations, utm.get(link["campaign_id"] or NOBODY, {}))
        for link in links
    ]


def compile_record(
    link: Link, locations: Locations, campaign_utm: Mapping[str, str] | None = None
) -> CodeRecord:
    """What a link sets for itself wins over the defaults of its campaign."""
    return CodeRecord(
        version=link["route_version"],
        workspace=show_id("ws", link["workspace_id"]),
        link=show_id("lnk", link["id"]),
        code=_shown("qr", link["code_id"]),
        mode=link["mode"],
        status=link["status"],
        location=locations.get(link["destination_id"], link["destination_url"]),
        destination_id=_shown("dst", link["destination_id"]),
        rules=compile_rules(link["rules"], locations),
        starts_at_ms=_ms(link["starts_at"]),
        expires_at_ms=_ms(link["expires_at"]),
        max_scans=link["max_scans"] or 0,
        fallback=link["fallback_url"],
        password=link["password_hash"],
        pass_query=link["pass_query"],
        utm={**(campaign_utm or {}), **link["utm"]},
        app=AppLinks(**link["app"]) if link["app"] else None,
        page=_shown("pg", link["page_id"]),
        preview=link["preview"] or bool(link["flags"]),
        campaign=_shown("cmp", link["campaign_id"]),
        tags=tuple(link["tags"]),
        created_at_ms=to_ms(link["created_at"]),
    )


def compile_rules(rules: Any, locations: Locations) -> tuple[Rule, ...]:
    """Stored rules name destinations; published ones say where these lead."""
    return tuple(
        msgspec.structs.replace(
            _located(rule, locations),
            split=tuple(_located(arm, locations) for arm in rule.split),
        )
        for rule in msgspec.convert(rules, tuple[Rule, ...])
    )


def _located(target: T, locations: Locations) -> T:
    id = read_id("dst", target.destination_id) if target.destination_id else None
    if id is None:
        return target
    return msgspec.structs.replace(target, destination_url=locations.get(id, ""))


NOBODY = UUID(int=0)


def _used(link: Link) -> list[UUID]:
    named = [target.destination_id for target in targets_of(link["rules"])]
    ids = [read_id("dst", name) for name in named if name]
    return [id for id in (link["destination_id"], *ids) if id]


def _shown(prefix: str, id: UUID | None) -> str:
    return show_id(prefix, id) if id else ""


def _ms(moment: datetime | None) -> int:
    return to_ms(moment) if moment else 0
