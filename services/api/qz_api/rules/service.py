"""Rules tried out: on a pretend scan with every reason, and on scans that really were.

A draft is read as a change of the link would be, and nothing is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from qz_api.callers.principal import Principal
from qz_api.links import service as links
from qz_api.links.context import gather
from qz_api.links.draft import Report, refuse
from qz_api.links.publish import Link, compile_all
from qz_api.links.reading import read_columns
from qz_api.links.schemas import status_of
from qz_api.transaction import Transaction
from qz_common.clock import from_ms
from qz_common.records import AppLinks, CodeRecord
from qz_common.rules import PretendRefused, Trace, explain, parse_pretend, pretend_visit
from qz_common.urls import add_query, query_pairs
from qz_common.visit import Visit

OWN_PARAMETERS = frozenset({"qz_k", "qz_m"})
"""Meant for the edge, never passed on."""


@dataclass(frozen=True, slots=True)
class Explained:
    trace: Trace
    location: str
    stopped_by: str | None
    record: CodeRecord


async def tried(
    conn: Transaction,
    principal: Principal,
    id: UUID,
    draft: Mapping[str, Any],
    own_hosts: frozenset[str],
) -> tuple[Link, CodeRecord]:
    """The link as it is, and the record that an edge would have with the draft in place."""
    link = await links.get(conn, principal, id)
    report = Report()
    context = await gather(conn, principal, [draft], own_hosts)
    columns = read_columns(draft, context, report, link)
    refuse(report.errors)
    (record,) = await compile_all(conn, [{**link, **columns}])
    return link, record


def explained(link: Link, record: CodeRecord, said: Mapping[str, Any], now_ms: int) -> Explained:
    visit = _visit(said, now_ms)
    trace = explain(record, visit)
    state = status_of(link, from_ms(visit.ts_ms))
    location = trace.decision.location
    app = _app_location(record.app, visit)
    if app and not trace.decision.rule:
        location = app
    stopped = None if state == "active" else state
    return Explained(trace, served(record, location, visit.query), stopped, record)


def served(record: CodeRecord, location: str, query: bytes) -> str:
    """With the link's own parameters and, where it passes them on, those of the scan."""
    pairs = list(record.utm.items())
    if record.pass_query and query:
        pairs += [pair for pair in query_pairs(query) if pair[0] not in OWN_PARAMETERS]
    return add_query(location, pairs).decode("ascii") if pairs and location else location


def _visit(said: Mapping[str, Any], now_ms: int) -> Visit:
    try:
        return pretend_visit(parse_pretend(dict(said)), now_ms)
    except PretendRefused as refused:
        report = Report()
        for pointer, code, message in refused.errors:
            report.add(f"visit{pointer}", code, message)
        refuse(report.errors)
        raise


def _app_location(app: AppLinks | None, visit: Visit) -> str:
    """As an edge chooses: a phone is sent to the app of its own system."""
    system = visit.client.os
    if app is None:
        return ""
    if system in ("ios", "ipados"):
        return app.ios
    if system == "harmonyos":
        return app.huawei or app.android
    return app.android if system == "android" else ""
