"""What stands between a scan and its destination: one pure question, one verdict.

The rows below are asked in this order; the first that fits decides. A row marked "fallback" leads
to the link's fallback address with a 302 when it has one. Whatever is answered here is a scan
like any other: its event carries the status that was answered.

| state of the link                    | verdict             | status | fallback |
| ------------------------------------ | ------------------- | ------ | -------- |
| no such slug (`UNKNOWN`)             | Show("unknown")     | 404    |          |
| status `deleted`                     | Show("deleted")     | 410    |          |
| status `blocked`                     | Show("blocked")     | 451    |          |
| status `archived`                    | Show("archived")    | 410    | yes      |
| status `exhausted`                   | Show("exhausted")   | 410    | yes      |
| status `paused`, or one not known    | Show("paused")      | 404    | yes      |
| before `starts_at_ms`                | Show("early")       | 404    | yes      |
| from `expires_at_ms` on              | Show("expired")     | 410    | yes      |
| a password, and no pass came along   | Show("password")    | 200    |          |
| a page is the answer                 | Open(page)          | 200    |          |
| … that is missing, or taken away     | `judge_page`        | 404, 410, 451 |   |
| nowhere to go at all                 | Show("unknown")     | 404    |          |
| `preview`                            | Preview(app)        | 200    |          |
| anything else                        | Follow(app)         | 302    |          |

404 says "not now", 410 "not any more", and no cache keeps either. Deleted and blocked links never
use their fallback: what was taken away must not lead anywhere.
"""

from dataclasses import dataclass
from typing import Literal

from qz_common.records import CodeRecord, PageRecord
from qz_redirect.app_links import Platform, app_location

ShowKind = Literal[
    "unknown",
    "deleted",
    "blocked",
    "archived",
    "exhausted",
    "paused",
    "early",
    "expired",
    "password",
    "wrong",
    "tries",
    "start",
    "request",
    "host",
    "method",
    "large",
    "busy",
]
"""Up to `password` what `judge` says; from there on what goes wrong around it (pages/kinds.py)."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a gate needs to know about one request."""

    unlocked: bool = False
    """A valid pass for this link's password came along (`passes.accepts`)."""
    platform: Platform = ""


@dataclass(frozen=True, slots=True)
class Follow:
    """Resolve the record. `app`, when there is one, replaces the default location of the record;
    a rule that matches still wins over it."""

    app: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """Resolve as for Follow, but show where it leads (200) in place of going there."""

    app: str = ""


@dataclass(frozen=True, slots=True)
class Go:
    """302 to exactly this location: no rule, no query, no UTM touches it."""

    location: str


@dataclass(frozen=True, slots=True)
class Open:
    """Serve this compiled page, when `judge_page` has nothing against it."""

    page: str


@dataclass(frozen=True, slots=True)
class Show:
    """One of our own pages, with the status that goes with it."""

    kind: ShowKind
    status: int


Verdict = Follow | Preview | Go | Open | Show

UNKNOWN = Show("unknown", 404)
DELETED = Show("deleted", 410)
BLOCKED = Show("blocked", 451)
ARCHIVED = Show("archived", 410)
EXHAUSTED = Show("exhausted", 410)
PAUSED = Show("paused", 404)
EARLY = Show("early", 404)
EXPIRED = Show("expired", 410)
PASSWORD = Show("password", 200)

_FINAL = {"deleted": DELETED, "blocked": BLOCKED}
_CLOSED = {"archived": ARCHIVED, "exhausted": EXHAUSTED}


def judge(record: CodeRecord, facts: Facts, now_ms: int) -> Verdict:
    if record.status in _FINAL:
        return _FINAL[record.status]
    closed = _closed(record, now_ms)
    if closed is not None:
        return Go(record.fallback) if record.fallback else closed
    if record.password and not facts.unlocked:
        return PASSWORD
    return _open(record, facts)


def judge_page(page: PageRecord | None) -> Show | None:
    """What is shown in place of the page, or None when it may be served."""
    if page is None or not page.html:
        return UNKNOWN
    return None if page.status == "active" else _FINAL.get(page.status, PAUSED)


def _closed(record: CodeRecord, now_ms: int) -> Show | None:
    """Start is inclusive, end exclusive. A status of a later release closes: never guess open."""
    if record.status != "active":
        return _CLOSED.get(record.status, PAUSED)
    if now_ms < record.starts_at_ms:
        return EARLY
    if record.expires_at_ms and now_ms >= record.expires_at_ms:
        return EXPIRED
    return None


def _open(record: CodeRecord, facts: Facts) -> Verdict:
    if record.page:
        return Open(record.page)
    app = app_location(record.app, facts.platform)
    if not (record.location or record.rules or app):
        return UNKNOWN
    return Preview(app) if record.preview else Follow(app)
