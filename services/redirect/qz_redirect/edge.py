"""The seam between a scan and what stands in its way.

The edge around (replica, journal, hosts) is an `Edge`; the gates and pages are `Gates`, opened
once. `reply_to` is the whole answer for any record that is no plain redirect: the caller writes
`reply.answer` and makes the event from the rest. Endpoints find the edge at `request.state.edge`.
"""

from dataclasses import dataclass, field
from typing import Protocol, assert_never

from starlette.requests import Request

from qz_common.records import CodeRecord, PageRecord
from qz_common.rules import Decision
from qz_common.visit import Visit
from qz_redirect.app_links import platform_of
from qz_redirect.gate import (
    UNKNOWN,
    Facts,
    Follow,
    Go,
    Open,
    Preview,
    Show,
    Verdict,
    judge,
    judge_page,
)
from qz_redirect.pages.compiled import serve_page
from qz_redirect.pages.render import Pages
from qz_redirect.password.checker import Checker
from qz_redirect.password.passes import Passes
from qz_redirect.password.tries import Tries
from qz_redirect.responses import Answer, is_followable, redirect

NOWHERE = Decision("")


@dataclass(frozen=True, kw_only=True)
class Gates:
    pages: Pages
    passes: Passes
    tries: Tries
    checker: Checker
    secure: bool
    """Visitors come by https, so a pass may be bound to it."""
    redirect_status: int = 302


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """One request for a link that exists."""

    record: CodeRecord
    visit: Visit
    host: str
    """As in routing keys."""
    slug: str
    path: str
    """The slug as it was asked for: `/AB3XK`, `/r/ab3xk`; no query."""
    cookie: bytes = field(default=b"", repr=False)
    address: str = field(default="", repr=False)
    """The client's; it goes no further than the request."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered, and what its event has to say: the status is the answer's."""

    answer: Answer
    decision: Decision = NOWHERE
    action: str = ""
    """What was pressed; empty for a scan."""


class Edge(Protocol):
    @property
    def gates(self) -> Gates: ...

    async def arrive(self, request: Request) -> Arrival | None:
        """The link that `request.path_params["slug"]` names; None when there is none."""

    def page(self, page_id: str) -> PageRecord | None: ...

    def root_url(self, request: Request) -> str:
        """Where the bare host leads; empty for the start page."""

    def leads_to(self, record: CodeRecord, visit: Visit, app: str) -> Decision:
        """`resolve`, with UTM and query put on; `app` in place of the default, when not empty."""

    def count(self, arrival: Arrival, reply: Reply) -> None:
        """One event: a `press` when the reply has an action, else a `scan`."""


def facts_of(gates: Gates, arrival: Arrival) -> Facts:
    """Asks only for what the record makes matter."""
    record, visit = arrival.record, arrival.visit
    return Facts(
        unlocked=gates.passes.accepts(record, arrival.cookie, visit.ts_ms),
        platform=platform_of(visit) if record.app else "",
    )


def reply_to(edge: Edge, arrival: Arrival) -> Reply:
    verdict = judge(arrival.record, facts_of(edge.gates, arrival), arrival.visit.ts_ms)
    return reply_with(edge, arrival, verdict, edge.gates.redirect_status)


def reply_with(edge: Edge, arrival: Arrival, verdict: Verdict, redirect_status: int) -> Reply:
    match verdict:
        case Show():
            return shown(edge, arrival, verdict)
        case Go(location):
            return Reply(redirect(location, 302), Decision(location))
        case Open(page):
            return _opened(edge, arrival, page)
        case Preview(app):
            return _previewed(edge, arrival, app)
        case Follow(app):
            decision = edge.leads_to(arrival.record, arrival.visit, app)
            return Reply(redirect(decision.location, redirect_status), decision)
        case _:
            assert_never(verdict)


def shown(edge: Edge, arrival: Arrival, show: Show) -> Reply:
    return Reply(edge.gates.pages.show(show, arrival.visit.accept_language))


def _opened(edge: Edge, arrival: Arrival, page_id: str) -> Reply:
    page = edge.page(page_id)
    shut = judge_page(page)
    if shut is not None or page is None:
        return shown(edge, arrival, shut or UNKNOWN)
    return Reply(serve_page(page, arrival.path, arrival.visit.accept_language))


def _previewed(edge: Edge, arrival: Arrival, app: str) -> Reply:
    decision = edge.leads_to(arrival.record, arrival.visit, app)
    if not is_followable(decision.location):
        return shown(edge, arrival, UNKNOWN)
    pages = edge.gates.pages
    return Reply(pages.preview(decision.location, arrival.visit.accept_language), decision)
