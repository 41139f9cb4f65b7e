"""The fields of a link, each read from a draft into columns. Pure: all it asks is the context.

A new field is one reader, one line in `READERS`, and one column.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from qz_api.connection import Row
from qz_api.links.content import FOLLOWED, parsed_content
from qz_api.links.context import Context
from qz_api.links.draft import Report
from qz_api.links.policy import admitted
from qz_common.ids import read_id, show_id
from qz_common.rules import Arm, Rule, RulesRefused, parse_rules
from qz_common.utm import UTM_NAMES

Columns = dict[str, Any]
T = TypeVar("T", Rule, Arm)
RESTORABLE = timedelta(days=30)
MAX_TAGS = 50
MAX_TAG = 50
MAX_KEYS = 50
MAX_KEY = 40
MAX_VALUE = 500
MAX_UTM = 200
MAX_SCANS = 10**12
LOCKS = ("encrypted", "password", "compliance")
STATUSES = ("active", "paused", "archived")
PLATFORMS = ("ios", "android", "huawei")


@dataclass(frozen=True)
class Reading:
    """One draft under reading; `before` is the link as it is, empty for a new one."""

    context: Context
    report: Report
    before: Row = field(default_factory=dict[str, Any])


Reader = Callable[[Any, Reading], Columns]


def leads_to(url: str, **others: Any) -> Columns:
    """All columns that say where a link leads: one way replaces the other."""
    plain = {"destination_id": None, "page_id": None, "content": None, "kind": "url"}
    return {"destination_url": url, **plain, **others}


def read_url(raw: str | None, reading: Reading) -> Columns:
    if raw is None:
        reading.report.add("destination_url", "required", "a link leads somewhere")
        return {}
    found = admitted(raw, reading.context.policy, reading.report, "destination_url")
    return leads_to(found.location) if found else {}


def read_destination(raw: str | None, reading: Reading) -> Columns:
    """Null lets go of the destination and keeps where it led."""
    if raw is None:
        return {"destination_id": None}
    id = read_id("dst", raw)
    location = reading.context.locations.get(id) if id else None
    if location is None:
        reading.report.add("destination_id", "unknown_destination", "there is no such destination")
        return {}
    return leads_to(location, destination_id=id)


def read_landing_page(raw: str | None, reading: Reading) -> Columns:
    if raw is None:
        return {}
    id = read_id("pg", raw)
    if id not in reading.context.landing_pages:
        reading.report.add(
            "landing_page_id", "unknown_landing_page", "there is no such landing page"
        )
        return {}
    return leads_to("", page_id=id, kind="landing_page")


def read_content(raw: Mapping[str, Any] | None, reading: Reading) -> Columns:
    """What is followed goes through the gate; what is shown gets a page from whoever writes."""
    found = parsed_content(raw, reading.report)
    if raw is None or found is None:
        return {}
    kind, kept = found.kind, dict(raw)
    if kind not in FOLLOWED:
        is_same = reading.before.get("content") == kept
        return {} if is_same else leads_to("", kind=kind, content=kept)
    place = admitted(found.payload(), reading.context.policy, reading.report, "content")
    links = read_app(getattr(found, "links", {}), reading)
    return leads_to(place.location, kind=kind, content=kept, **links) if place else {}


def read_rules(raw: Any, reading: Reading) -> Columns:
    try:
        rules = parse_rules(raw)
    except RulesRefused as refused:
        for pointer, code, message in refused.errors:
            reading.report.add(f"rules{pointer}", code, message)
        return {}
    checked = tuple(_checked_rule(rule, index, reading) for index, rule in enumerate(rules))
    # as they are stored and read again: a tuple is never equal to a list
    return {"rules": msgspec.json.decode(msgspec.json.encode(checked))}


def _checked_rule(rule: Rule, index: int, reading: Reading) -> Rule:
    arms = tuple(
        _checked_target(arm, f"rules/{index}/split/{number}", reading)
        for number, arm in enumerate(rule.split)
    )
    checked = _checked_target(rule, f"rules/{index}", reading)
    return msgspec.structs.replace(checked, split=arms)


def _checked_target(target: T, at: str, reading: Reading) -> T:
    if target.destination_url:
        field = f"{at}/destination_url"
        found = admitted(target.destination_url, reading.context.policy, reading.report, field)
        location = found.location if found else ""
        return msgspec.structs.replace(target, destination_url=location)
    if target.destination_id:
        id = read_id("dst", target.destination_id)
        if id not in reading.context.locations:
            field = f"{at}/destination_id"
            reading.report.add(field, "unknown_destination", "there is no such destination")
    return target


def read_moment(name: str) -> Reader:
    def read(raw: datetime | None, reading: Reading) -> Columns:
        return {name: raw}

    return read


def read_max_scans(raw: int | None, reading: Reading) -> Columns:
    if raw is not None and not 1 <= raw <= MAX_SCANS:
        reading.report.add("max_scans", "out_of_range", f"a number from 1 to {MAX_SCANS}")
    return {"max_scans": raw}


def read_fallback(raw: str | None, reading: Reading) -> Columns:
    if not raw:
        return {"fallback_url": ""}
    found = admitted(raw, reading.context.policy, reading.report, "fallback_url")
    return {"fallback_url": found.location} if found else {}


def read_password(raw: str | None, reading: Reading) -> Columns:
    """In clear here; whoever writes the row hashes it first."""
    return {"password": raw} if raw else {"password": None, "password_hash": ""}


def merged(
    name: str, raw: Mapping[str, Any] | None, reading: Reading, kept: tuple[str, ...] = ()
) -> dict[str, Any]:
    """An object is changed field by field: null takes a field away, or all of them.

    So does an empty text, where it isn't `kept`.
    """
    if raw is None:
        return {}
    both = {**reading.before.get(name, {}), **raw}
    return {key: value for key, value in both.items() if value in kept or value not in (None, "")}


def read_utm(raw: Mapping[str, str | None] | None, reading: Reading) -> Columns:
    kept = merged("utm", raw, reading)
    for name, value in kept.items():
        if name not in UTM_NAMES:
            words = f"one of {', '.join(UTM_NAMES)}"
            reading.report.add(f"utm/{name[:60]}", "unknown_field", words)
        elif len(value) > MAX_UTM or not value.isprintable():
            words = f"at most {MAX_UTM} characters, none of them control characters"
            reading.report.add(f"utm/{name}", "invalid_value", words)
    return {"utm": kept}


def read_flag(name: str) -> Reader:
    def read(raw: bool | None, reading: Reading) -> Columns:
        return {name: bool(raw)}

    return read


def read_app(raw: Mapping[str, str | None] | None, reading: Reading) -> Columns:
    found: dict[str, str] = {}
    for platform, url in merged("app", raw, reading).items():
        if platform not in PLATFORMS:
            reading.report.add(f"app/{platform[:60]}", "unknown_field", ", ".join(PLATFORMS))
        else:
            place = admitted(url, reading.context.policy, reading.report, f"app/{platform}")
            found |= {platform: place.location} if place else {}
    return {"app": found}


def read_campaign(raw: str | None, reading: Reading) -> Columns:
    id = read_id("cmp", raw) if raw else None
    if raw and id not in reading.context.campaigns:
        reading.report.add("campaign_id", "unknown_campaign", "there is no such campaign")
    return {"campaign_id": id}


def normal_tag(raw: str) -> str:
    return " ".join(unicodedata.normalize("NFC", raw).lower().split())


def read_tags(raw: Any, reading: Reading) -> Columns:
    """Lower case, composed, single spaces; each once, in the order given."""
    given = list(raw or ())
    if len(given) > MAX_TAGS:
        reading.report.add("tags", "too_many", f"at most {MAX_TAGS} tags")
    tags = [normal_tag(tag) for tag in given[: MAX_TAGS + 1]]
    for index, tag in enumerate(tags):
        if not 1 <= len(tag) <= MAX_TAG or not tag.isprintable() or "," in tag:
            words = f"1 to {MAX_TAG} characters without commas and control characters"
            reading.report.add(f"tags/{index}", "invalid_value", words)
    return {"tags": list(dict.fromkeys(tags))}


def read_metadata(raw: Mapping[str, Any] | None, reading: Reading) -> Columns:
    pairs = merged("metadata", raw, reading, kept=("",))
    if len(pairs) > MAX_KEYS:
        reading.report.add("metadata", "too_many", f"at most {MAX_KEYS} keys")
    for name, value in list(pairs.items())[:MAX_KEYS]:
        pointer = "metadata/" + name[:MAX_KEY].replace("~", "~0").replace("/", "~1")
        if not 1 <= len(name) <= MAX_KEY or not name.isprintable():
            reading.report.add(pointer, "invalid_key", f"a key has 1 to {MAX_KEY} characters")
        if isinstance(value, str) and len(value) > MAX_VALUE:
            reading.report.add(pointer, "too_long", f"a value has at most {MAX_VALUE} characters")
        elif not isinstance(value, str | int | float):
            reading.report.add(pointer, "invalid_type", "a text, a number, true or false")
    return {"metadata": pairs}


def read_locked(raw: Any, reading: Reading) -> Columns:
    wanted = set(raw or ())
    for name in sorted(wanted - set(LOCKS)):
        reading.report.add("locked", "invalid_value", f"{name[:60]} is none of {', '.join(LOCKS)}")
    return {"locked": [lock for lock in LOCKS if lock in wanted]}


def read_status(raw: str, reading: Reading) -> Columns:
    if raw not in STATUSES:
        reading.report.add("status", "invalid_value", f"one of {', '.join(STATUSES)}")
    elif reading.before.get("status") == "blocked":
        reading.report.add("status", "code_blocked", "it was blocked; ask the operator")
        return {}
    return {"status": raw}


def read_name(raw: str | None, reading: Reading) -> Columns:
    return {"name": raw or ""}


READERS: dict[str, Reader] = {
    "name": read_name,
    "destination_url": read_url,
    "destination_id": read_destination,
    "landing_page_id": read_landing_page,
    "content": read_content,
    "rules": read_rules,
    "starts_at": read_moment("starts_at"),
    "expires_at": read_moment("expires_at"),
    "max_scans": read_max_scans,
    "fallback_url": read_fallback,
    "password": read_password,
    "utm": read_utm,
    "pass_query": read_flag("pass_query"),
    "app": read_app,
    "preview": read_flag("preview"),
    "campaign_id": read_campaign,
    "tags": read_tags,
    "metadata": read_metadata,
    "locked": read_locked,
    "status": read_status,
}


def targets_of(rules: Any) -> list[Rule | Arm]:
    """Rules and their arms, from the stored form."""
    found: list[Rule | Arm] = []
    for rule in msgspec.convert(rules, tuple[Rule, ...]):
        found += [rule, *rule.split]
    return found


def places_of(columns: Row, locations: Mapping[UUID, str]) -> list[str]:
    """Every place that a link may lead to, of saved destinations by where these lead."""
    found = [columns["destination_url"]]
    for target in targets_of(columns["rules"]):
        id = read_id("dst", target.destination_id) if target.destination_id else None
        found.append(locations.get(id, "") if id else target.destination_url)
    return found


def destination_ids(columns: Row) -> list[str]:
    """Every destination that a link uses, as shown ids."""
    own = columns["destination_id"]
    named = [show_id("dst", own)] if own else []
    named += [target.destination_id for target in targets_of(columns["rules"])]
    return sorted({name for name in named if name})
