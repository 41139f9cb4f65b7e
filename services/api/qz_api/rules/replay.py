"""A draft of rules over scans that really were: what would have gone elsewhere, and from where.

A scan is judged by the facts that its event keeps. Some facts are never kept (the query of a
visit, its visitor), so a rule that asks for one leaves its scans undecided, and it is said so.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from qz_api.rules.service import served
from qz_common.geo import Place
from qz_common.records import CodeRecord
from qz_common.rules import Pretend, Rule, pretend_visit
from qz_common.rules.conditions import Condition
from qz_common.utm import UTM_NAMES
from qz_common.visit import Visit

MISSING: Mapping[str, str] = {
    "query": "the query of a visit is not kept, only its utm parameters",
    "visit_number": "how often a visitor came before is not kept",
    "split": "who the visitor was is not kept, so the arm of a new split is open",
}
UNKEPT = frozenset({"query", "visit_number"})
SYMBOL_METHODS = frozenset({"camera", "app_scanner", "file_upload"})
Verdict = Literal["moved", "stayed", "unknown"]


@dataclass
class Replayed:
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: list[dict[str, str]] = field(default_factory=list)


def replay(record: CodeRecord, scans: Sequence[Mapping[str, Any]], examples: int) -> Replayed:
    found = Replayed()
    for scan in scans:
        verdict, location, rule = _judge(record, scan)
        found.verdicts[verdict] += 1
        if verdict != "moved":
            continue
        found.moves[scan["destination"], location] += 1
        if len(found.examples) < examples:
            found.examples.append(_example(scan, location, rule))
    return found


def missing_facts(rules: Sequence[Rule]) -> list[str]:
    """Kinds of facts that these rules ask for and no stored scan has."""
    kinds = {_kind(condition) for rule in rules for condition in rule.when}
    wanted = sorted(kinds & UNKEPT)
    return [*wanted, "split"] if any(rule.split for rule in rules) else wanted


def _judge(record: CodeRecord, scan: Mapping[str, Any]) -> tuple[Verdict, str, str]:
    visit = visit_of(scan)
    for rule in record.rules:
        matched = _holds(rule, visit)
        if matched is None:
            return "unknown", "", rule.id
        if matched:
            return _compare(record, scan, rule)
    return _outcome(record, scan, record.location, "")


def _holds(rule: Rule, visit: Visit) -> bool | None:
    """None when everything that is known holds, and something that is unknown decides."""
    open_facts = False
    for condition in rule.when:
        if _kind(condition) in UNKEPT:
            open_facts = True
        elif not condition.matches(visit, rule.when):
            return False
    return None if open_facts else True


def _compare(record: CodeRecord, scan: Mapping[str, Any], rule: Rule) -> tuple[Verdict, str, str]:
    if not rule.split:
        return _outcome(record, scan, rule.destination_url or record.location, rule.id)
    arms = {arm.variant: arm.destination_url or record.location for arm in rule.split}
    if len(set(arms.values())) == 1:
        return _outcome(record, scan, next(iter(arms.values())), rule.id)
    if scan["rule"] == rule.id and scan["variant"] in arms:
        return _outcome(record, scan, arms[scan["variant"]], rule.id)
    return "unknown", "", rule.id


def _outcome(
    record: CodeRecord, scan: Mapping[str, Any], location: str, rule: str
) -> tuple[Verdict, str, str]:
    would = served(record, location, b"")
    is_same = _same_place(scan["destination"], would, record)
    return ("stayed" if is_same else "moved"), would, rule


def _same_place(seen: str, would: str, record: CodeRecord) -> bool:
    """What was put on by the link or passed on by a visitor makes no other place."""
    if seen == would:
        return True
    old, new = urlsplit(seen), urlsplit(would)
    if (old.scheme, old.netloc, old.path, old.fragment) != (
        new.scheme, new.netloc, new.path, new.fragment,
    ):  # fmt: skip
        return False
    pairs, wanted = (
        {pair for pair in parse_qsl(url.query, keep_blank_values=True) if pair[0] not in UTM_NAMES}
        for url in (old, new)
    )
    return pairs == wanted or (record.pass_query and wanted <= pairs)


def visit_of(scan: Mapping[str, Any]) -> Visit:
    """The facts of a scan as its row in the log has them."""
    query: dict[str, str] = {name: scan[name] for name in UTM_NAMES if scan.get(name)}
    visit = pretend_visit(
        Pretend(
            device=scan["device"],
            os=scan["os"],
            browser=scan["browser"],
            language=scan["language"],
            query=query,
            referrer=scan["referrer"] or scan["referrer_host"],
            source=_source(scan),
            at=datetime.fromisoformat(scan["time"]),
        ),
        0,
    )
    visit.place = Place(scan["country"], scan["region"], scan["city"])
    return visit


def _source(scan: Mapping[str, Any]) -> Literal["symbol", "link"]:
    return "symbol" if scan["scan_method"] in SYMBOL_METHODS else "link"


def _example(scan: Mapping[str, Any], location: str, rule: str) -> dict[str, str]:
    kept = {name: str(scan[name]) for name in ("time", "device", "os", "country", "language")}
    return {**kept, "from_url": scan["destination"], "to_url": location, "rule": rule}


def _kind(condition: Condition) -> str:
    return str(condition.__struct_config__.tag)
