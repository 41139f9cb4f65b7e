"""Scans as columns: one table says which column holds what, in the store's own types.

Columns are made one after the other over all scans, which costs a third of making row after row.
Every value comes from the record, none from the clock: the same record makes the same row again.
"""

from collections.abc import Sequence
from itertools import repeat
from operator import attrgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from qz_analytics.ingest.agents import Agent, agent_of
from qz_analytics.ingest.places import CONTINENTS
from qz_analytics.ingest.referrers import referrer_of, source_class
from qz_analytics.ingest.steps import Scan
from qz_analytics.ingest.verdict import VERSION, judge
from qz_common.events import ScanEvent
from qz_common.utm import UTM_NAMES

TEXT_LIMIT = 200
LONG_TEXT_LIMIT = 2_000
SHORT_TEXT_LIMIT = 64
TEXT = pa.string()
U64 = pa.uint64()
U16 = pa.uint16()
FLAG = pa.bool_()
TAGS = pa.list_(pa.string())
TIME = pa.timestamp("ms", tz="UTC")

TEXTS: dict[str, int] = {
    "workspace": SHORT_TEXT_LIMIT,
    "link": SHORT_TEXT_LIMIT,
    "kind": SHORT_TEXT_LIMIT,
    "mode": SHORT_TEXT_LIMIT,
    "code": SHORT_TEXT_LIMIT,
    "slug": TEXT_LIMIT,
    "host": TEXT_LIMIT,
    "rule": TEXT_LIMIT,
    "variant": TEXT_LIMIT,
    "destination": LONG_TEXT_LIMIT,
    "destination_id": SHORT_TEXT_LIMIT,
    "campaign": SHORT_TEXT_LIMIT,
    "method": SHORT_TEXT_LIMIT,
    "country": SHORT_TEXT_LIMIT,
    "region": SHORT_TEXT_LIMIT,
    "city": TEXT_LIMIT,
    "ua": 400,
    "referrer": TEXT_LIMIT,
    "language": SHORT_TEXT_LIMIT,
    "source": SHORT_TEXT_LIMIT,
    "action": TEXT_LIMIT,
}
"""Texts taken over as they are, and after how many characters they are cut."""
NUMBERS: dict[str, pa.DataType] = {
    "journal": U64,
    "seq": U64,
    "route_version": U64,
    "status": U16,
    "visitor": U64,
    "ip_hash": U64,
}
HINTS: dict[str, pa.DataType] = {
    "repeat": FLAG,
    "bot_network": FLAG,
    "uploaded": FLAG,
    "no_tracking": FLAG,
}
AGENT = ("device", "os", "browser", "brand", "scanner_app")

Columns = dict[str, pa.Array]


def block_of(scans: Sequence[Scan]) -> pa.Table:
    events = [scan.event for scan in scans]
    agents = [agent_of(event.ua) for event in events]
    columns: Columns = {
        "ts": pa.array([scan.ts_ms for scan in scans], pa.int64()).cast(TIME),
        "clamped": pa.array([scan.clamped for scan in scans], FLAG),
        **_taken_over(events),
        **_hints(events),
        **_utm(events),
        **_agents(agents),
        **_sources(events, agents),
        **_verdicts(events, agents),
    }
    return pa.table(columns)


def _texts(values: Sequence[str], limit: int = TEXT_LIMIT) -> pa.Array:
    array = pa.array(values, TEXT)
    longest = pc.max(pc.binary_length(array)).as_py()
    if longest is not None and longest > limit:
        return pc.utf8_slice_codeunits(array, 0, limit)
    return array


def _same(value: Any, kind: pa.DataType, count: int) -> pa.Array:
    return pa.array(repeat(value, count), kind, size=count)


def _taken_over(events: Sequence[ScanEvent]) -> Columns:
    columns = {
        name: _texts(list(map(attrgetter(name), events)), limit) for name, limit in TEXTS.items()
    }
    for name, kind in NUMBERS.items():
        columns[name] = pa.array(list(map(attrgetter(name), events)), kind)
    columns["tags"] = pa.array([event.tags for event in events], TAGS)
    countries = [event.country for event in events]
    columns["continent"] = pa.array([CONTINENTS.get(country, "") for country in countries], TEXT)
    return columns


def _hints(events: Sequence[ScanEvent]) -> Columns:
    hints = [event.hints for event in events]
    columns = {
        name: pa.array(list(map(attrgetter(name), hints)), kind) for name, kind in HINTS.items()
    }
    columns["purpose"] = _texts([hint.purpose for hint in hints], SHORT_TEXT_LIMIT)
    return columns


def _utm(events: Sequence[ScanEvent]) -> Columns:
    utm = [event.utm for event in events]
    if not any(utm):
        return {name: _same("", TEXT, len(utm)) for name in UTM_NAMES}
    return {name: _texts([values.get(name, "") for values in utm]) for name in UTM_NAMES}


def _agents(agents: Sequence[Agent]) -> Columns:
    return {name: _texts(list(map(attrgetter(name), agents))) for name in AGENT}


def _sources(events: Sequence[ScanEvent], agents: Sequence[Agent]) -> Columns:
    referrers = [referrer_of(event.referrer) for event in events]
    both = zip(events, referrers, strict=True)
    classes = [
        source_class(event.utm.get("utm_medium", ""), kind, event.source == "symbol")
        for event, (_, kind) in both
    ]
    return {
        "referrer_host": _texts([host for host, _ in referrers]),
        "source_class": pa.array(classes, TEXT),
        "scan_method": pa.array(list(map(scan_method, events, agents)), TEXT),
    }


def _verdicts(events: Sequence[ScanEvent], agents: Sequence[Agent]) -> Columns:
    rulings = list(map(judge, events, agents))
    return {
        "verdict": pa.array([verdict for verdict, _ in rulings], TEXT),
        "verdict_reason": pa.array([reason for _, reason in rulings], TEXT),
        "verdict_version": _same(VERSION, U16, len(rulings)),
    }


def scan_method(event: ScanEvent, agent: Agent) -> str:
    """How the address reached the browser; an app that shows a symbol's address scanned it."""
    if event.hints.uploaded:
        return "file_upload"
    symbol = event.source == "symbol"
    if agent.scanner_app or (symbol and agent.in_app):
        return "app_scanner"
    if symbol:
        return "camera"
    return "link" if event.referrer or agent.in_app else "manual_entry"
