"""The hit: from a host and a slug to a journaled scan and the location it leads to.

Nothing here awaits, logs or talks to anybody: the replica, the journal and memory are all it
needs. The lane and the plain ASGI function call `follow` for what is a plain redirect; the slow
application uses the same parts for everything else.
"""

import time
from bisect import bisect_left
from dataclasses import dataclass, field

import msgspec

from qz_common.events import Hints
from qz_common.geo import Geo, Place
from qz_common.records import CodeRecord
from qz_common.rules import Decision, resolve
from qz_common.visit import Visit
from qz_common.visitor import DAY_MS, NOBODY, Identity, Salts, asks_for_privacy
from qz_redirect.hosts import Hosts, Site
from qz_redirect.journal.journal import Journal
from qz_redirect.prepared import Prepared, has_utm, target, with_query
from qz_redirect.repeats import Repeats, VisitNumbers
from qz_redirect.replica.reader import Reader
from qz_redirect.replica.row import Plain, plain_of, record_of
from qz_redirect.scan import REPEATED, SOURCES, UPLOADED, Fragments, extras, purpose_of

MAX_PATH_BYTES = 80
KEPT_PER_TABLE = 4096
LATENCY_BOUNDS_NS = (
    10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 5_000_000, 25_000_000, 100_000_000
)  # fmt: skip


@dataclass(slots=True)
class Counters:
    """Plain numbers on the hot path; `metrics.py` shows them."""

    hits: int = 0
    gated: int = 0
    misses: int = 0
    bad_records: int = 0
    latency: list[int] = field(default_factory=lambda: [0] * (len(LATENCY_BOUNDS_NS) + 1))
    latency_sum_ns: int = 0


class Who(msgspec.Struct, frozen=True, gc=False):
    """A visitor at a moment, with the address left behind."""

    ts_ms: int
    identity: Identity
    place: Place
    private: bool
    symbol: bool


class Hits:
    def __init__(
        self, reader: Reader, journal: Journal, hosts: Hosts, geo: Geo, salts: Salts,
        *, honour_privacy: bool = True, redirect_status: int = 302,
    ) -> None:  # fmt: skip
        self.reader = reader
        self.journal = journal
        self.hosts = hosts
        self.geo = geo
        self.salts = salts
        self.redirect_status = redirect_status
        self.counters = Counters()
        self._honour_privacy = honour_privacy
        self._repeats = Repeats()
        self._visits = VisitNumbers()
        self._fragments = Fragments()
        self._prepared: dict[bytes, tuple[bytes, Prepared]] = {}
        self._older: dict[bytes, tuple[bytes, Prepared]] = {}

    def follow(
        self, path: bytes, query: bytes, method: bytes, fields: dict[bytes, bytes], address: str
    ) -> bytes | None:
        """Where a redirect leads, its scan staged: the answer waits for `journal.commit`. None
        when this is no plain redirect. `fields` are header values by lower-case name."""
        began = time.time_ns()
        site = self.hosts.site(fields.get(b"host", b""))
        if site is None or len(path) > MAX_PATH_BYTES:
            return None
        key = key_of(site.prefix, path)
        row = self.reader.get(key)
        if row is None:
            return None
        plain = None if has_utm(query) else plain_of(row)
        if plain is not None:
            if not site.answers_for(plain.workspace):
                return None
            who = self.recognise(plain.workspace, path, fields, address, began // 1_000_000)
            self.count(plain, who, plain.event_target, query, method, fields)
            location = plain.location
        else:
            ts_ms = began // 1_000_000
            decided = self._decide(site, key, row, path, query, method, fields, address, ts_ms)
            if decided is None:
                return None
            location = decided
        counters = self.counters
        counters.hits += 1
        took = time.time_ns() - began
        counters.latency_sum_ns += took
        counters.latency[bisect_left(LATENCY_BOUNDS_NS, took)] += 1
        return location

    def _decide(
        self, site: Site, key: bytes, row: bytes, path: bytes, query: bytes, method: bytes,
        fields: dict[bytes, bytes], address: str, ts_ms: int,
    ) -> bytes | None:  # fmt: skip
        """The same for a link whose record has a say at every scan."""
        prepared = self.prepare(site, key, row)
        if prepared is None or not prepared.easy:
            return None
        who = self.recognise(prepared.workspace, path, fields, address, ts_ms)
        visit = self.visit(prepared, who, query, method, fields)
        decision = self.leads_to(prepared.record, visit)
        self.count(prepared, who, target(decision), query, method, fields)
        return decision.location.encode("ascii")

    def find(self, site: Site, path: bytes) -> Prepared | None:
        """`path` is `/slug` or `/r/slug` in any case; None when the replica has no such link."""
        if len(path) > MAX_PATH_BYTES:
            return None
        key = key_of(site.prefix, path)
        row = self.reader.get(key)
        return None if row is None else self.prepare(site, key, row)

    def prepare(self, site: Site, key: bytes, row: bytes) -> Prepared | None:
        """None for what can't be read, or is somebody else's on this site."""
        prepared = self._prepare(key, row)
        return prepared if prepared and site.answers_for(prepared.workspace) else None

    def _prepare(self, key: bytes, row: bytes) -> Prepared | None:
        """Bounded memory: two tables, of which the older one goes when the other is full."""
        known = self._prepared.get(key) or self._older.get(key)
        if known is not None and known[0] == row:
            return known[1]
        try:
            prepared = Prepared(key, record_of(row))
        except ValueError:
            self.counters.bad_records += 1
            return None
        if len(self._prepared) >= KEPT_PER_TABLE:
            self._older, self._prepared = self._prepared, {}
        self._prepared[key] = (row, prepared)
        return prepared

    def recognise(
        self, workspace: str, path: bytes, fields: dict[bytes, bytes], address: str, ts_ms: int
    ) -> Who:
        private = False
        if self._honour_privacy and (b"dnt" in fields or b"sec-gpc" in fields):
            private = asks_for_privacy(fields.get(b"dnt", b""), fields.get(b"sec-gpc", b""))
        identity = NOBODY
        if not private:
            agent = fields.get(b"user-agent", b"")
            identity = self.salts.identify(ts_ms, workspace, address, agent)
        return Who(ts_ms, identity, self.geo.place(address), private, is_symbol(path))

    def visit(
        self, prepared: Prepared, who: Who, query: bytes, method: bytes, fields: dict[bytes, bytes]
    ) -> Visit:
        visitor = who.identity.visitor
        number = 0
        if prepared.counts_visits and visitor:
            # a form sent belongs to the visit that showed it; HEAD and a prefetch are none
            begins = method == b"GET" and not purpose_of(fields)
            number_of = self._visits.next if begins else self._visits.now
            number = number_of(visitor ^ prepared.link_number, who.ts_ms // DAY_MS)
        return Visit(
            ts_ms=who.ts_ms,
            method=method.decode("latin-1"),
            user_agent=fields.get(b"user-agent", b""),
            accept_language=fields.get(b"accept-language", b""),
            referrer=fields.get(b"referer", b""),
            query=query,
            place=who.place,
            visitor=visitor,
            source="symbol" if who.symbol else "link",
            visit_number=number,
        )

    def leads_to(self, record: CodeRecord, visit: Visit, app: str = "") -> Decision:
        """`resolve`, with UTM and query put on; `app` in place of the record's own location."""
        decision = resolve(record, visit)
        instead = app if app and not decision.rule else decision.location
        location = with_query(record, instead, visit.query)
        return Decision(location, decision.rule, decision.variant, decision.destination_id)

    def count(
        self, prepared: Prepared | Plain, who: Who, led_to: bytes, query: bytes, method: bytes,
        fields: dict[bytes, bytes], status: int = 0, action: str = "",
    ) -> int:  # fmt: skip
        """One event for the journal; its seq. The answer waits for `journal.commit`. Without a
        status it is a redirect."""
        status = status or self.redirect_status
        visitor = who.identity.visitor
        repeat = visitor != 0 and not action and self._repeats.seen(
            visitor ^ prepared.link_number, who.ts_ms
        )  # fmt: skip
        purpose = purpose_of(fields)
        utm = prepared.utm_with(query)
        if purpose or who.private or utm or status != 302 or method != b"GET" or action or query:
            hints = Hints(purpose, repeat, False, UPLOADED in query, who.private)
            more = extras(method, status, utm, hints, action)
        else:
            more = REPEATED if repeat else b""
        fragments, find = self._fragments, fields.get
        return self.journal.stage(
            b',"ts_ms":%d%b%b,"visitor":%d,"ip_hash":%d%b%b%b%b}'
            % (
                who.ts_ms,
                prepared.event_head,
                led_to,
                visitor,
                who.identity.ip_hash,
                fragments.place(who.place),
                fragments.client(
                    find(b"user-agent", b""), find(b"referer", b""), find(b"accept-language", b"")
                ),
                SOURCES[who.symbol],
                more,
            )
        )


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def key_of(prefix: bytes, path: bytes) -> bytes:
    slug = path.lower()
    return prefix + (slug[2:] if slug.startswith(b"/r/") else slug)


def is_symbol(path: bytes) -> bool:
    """Printed symbols have the slug in capitals, or `/R/` before one that has no letter; links and
    keyboards don't."""
    return path.isupper() or (path.startswith(b"/r/") and path[3:].isupper())
