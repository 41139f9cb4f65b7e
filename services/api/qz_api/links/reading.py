"""A draft of a link against what it is now: the columns to write, or everything wrong with it."""

from collections.abc import Mapping
from typing import Any

from qz_api.callers.principal import Principal
from qz_api.connection import Row
from qz_api.differing import differs
from qz_api.links.columns import BLANK
from qz_api.links.context import Context
from qz_api.links.draft import Report
from qz_api.links.fields import READERS, Columns, Reading, places_of
from qz_api.links.policy import flags_of
from qz_api.links.slugs import fresh_slug, read_slug
from qz_common.errors import FieldError
from qz_common.ids import RANDOM_SLUG_LENGTH

WAYS = ("destination_url", "destination_id", "landing_page_id", "content")
GUARDED = frozenset({*WAYS, "rules", "app", "fallback_url", "password"})
"""Fields that a lock keeps from API keys."""


def read_new(draft: Mapping[str, Any], context: Context, report: Report) -> Columns:
    columns = read_columns(draft, context, report, BLANK)
    if not any(draft.get(way) is not None for way in WAYS):
        report.add("destination_url", "required", "say where it leads")
    return {
        **BLANK,
        **columns,
        "slug": read_slug(draft["slug"], report) if draft.get("slug") else "",
        "slug_length": draft.get("slug_length", RANDOM_SLUG_LENGTH),
        "host": _read_host(draft.get("host"), context, report),
        "standalone": draft.get("standalone", False),
        "route_version": next(context.route_versions, None),
    }


def read_columns(
    draft: Mapping[str, Any], context: Context, report: Report, before: Row
) -> Columns:
    """Only what the draft names, and what follows from it."""
    ways = [way for way in WAYS if draft.get(way) is not None]
    for way in ways[1:]:
        report.add(way, "destination_twice", f"only one of {', '.join(ways)} can be meant")
    leaves_app = bool(ways) and before["kind"] == "app"
    columns: Columns = {"app": {}} if leaves_app else {}
    reading = Reading(context, report, {**before, **columns})
    for name, read in READERS.items():
        if name in draft:
            columns |= read(draft[name], reading)
    after = {**before, **columns}
    _check_together(draft, after, report)
    columns |= _status_of(after)
    changed = {
        name: value
        for name, value in columns.items()
        if name not in before or differs(before[name], value)
    }
    if changed.keys() & {"destination_url", "rules"} and not report.errors:
        changed["flags"] = flags_of(places_of(after, context.locations))
    return changed


def lock_errors(
    draft: Mapping[str, Any], before: Row, principal: Principal, report: Report
) -> list[FieldError]:
    """Somebody signed in may do what a key may not."""
    if principal.kind != "key" or not before["locked"]:
        return []
    for name in GUARDED.intersection(draft):
        report.add(name, "code_locked", f"locked ({', '.join(before['locked'])}) for API keys")
    if "locked" in draft and not set(before["locked"]) <= set(draft["locked"] or ()):
        report.add("locked", "code_locked", "a key can't take a lock away")
    return report.errors


def _check_together(draft: Mapping[str, Any], after: Columns, report: Report) -> None:
    start, end = after["starts_at"], after["expires_at"]
    if start and end and start >= end:
        field = "expires_at" if "expires_at" in draft else "starts_at"
        report.add(field, "invalid_window", "it must end after it starts")
    if draft.get("landing_page_id", "") is None and after["kind"] == "landing_page":
        report.add("landing_page_id", "required", "name another destination")


def _status_of(after: Columns) -> Columns:
    if after["status"] not in ("active", "exhausted"):
        return {}
    most = after["max_scans"]
    is_full = most is not None and after.get("scan_count", 0) >= most
    return {"status": "exhausted" if is_full else "active"}


def _read_host(raw: str | None, context: Context, report: Report) -> str:
    """Empty, the deployment's own host is meant; left out, the workspace's choice."""
    if raw is None:
        return context.default_host
    if not raw:
        return ""
    host = context.hosts.get(raw, "")
    if host is None:
        report.add("host", "domain_not_verified", "this domain is not verified yet")
    elif not host:
        report.add("host", "unknown_domain", "there is no such domain in this workspace")
    return host or ""


def unused_slug(columns: Columns) -> str:
    """The slug that was asked for, or a fresh one."""
    return str(columns["slug"]) or fresh_slug(columns["slug_length"])
