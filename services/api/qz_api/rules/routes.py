"""Explain and replay of a link's rules; nothing is changed by either."""

from datetime import timedelta
from typing import Any

import orjson

from qz_api.callers.permissions import Permission
from qz_api.http.call import Call
from qz_api.http.operation import Operation
from qz_api.http.respond import Answer, shown
from qz_api.links.policy import deployment_hosts
from qz_api.rules import service
from qz_api.rules.replay import MISSING, missing_facts, replay
from qz_api.rules.schemas import (
    ConditionView,
    ExampleView,
    Explain,
    Explanation,
    MissingView,
    MoveView,
    Replay,
    ReplayView,
    RuleView,
)
from qz_common.clock import to_ms
from qz_common.errors import NotFound, Unavailable
from qz_common.ids import show_id
from qz_common.rules import RuleTrace

DRAFT = {"rules", "destination_url", "destination_id"}
PAGE = 500
SHOWN_MOVES = 50


async def explain_link(call: Call) -> Answer:
    body = call.body(Explain)
    draft = body.model_dump(include=DRAFT, exclude_unset=True)
    hosts = deployment_hosts(call.deps.settings)
    link, record = await service.tried(call.conn, call.principal, call.id("lnk"), draft, hosts)
    found = service.explained(link, record, body.visit, to_ms(call.now))
    decision = found.trace.decision
    view = Explanation(
        destination_url=found.location,
        destination_id=decision.destination_id or None,
        rule=decision.rule,
        variant=decision.variant,
        stopped_by=found.stopped_by,
        password_needed=bool(record.password),
        preview=record.preview,
        rules=[_rule_view(rule) for rule in found.trace.rules],
    )
    return shown(view)


async def replay_link(call: Call) -> Answer:
    body = call.body(Replay)
    draft = body.model_dump(include=DRAFT, exclude_unset=True)
    hosts = deployment_hosts(call.deps.settings)
    async with call.deps.db.transaction(call.principal.workspace) as conn:
        link, record = await service.tried(conn, call.principal, call.id("lnk"), draft, hosts)
    since = call.now - timedelta(days=body.days)
    question = {
        "filters": [["is", "link", [show_id("lnk", link["id"])]]],
        "range": {"from": since.isoformat(), "to": call.now.isoformat()},
    }
    scans, more = await _scans(call, question, body.scans)
    followed = [scan for scan in scans if scan["kind"] == "scan" and scan["destination"]]
    found = replay(record, followed, body.examples)
    view = ReplayView(
        since=since,
        scans=len(followed),
        more=more,
        moved=found.verdicts["moved"],
        stayed=found.verdicts["stayed"],
        unknown=found.verdicts["unknown"],
        moves=[
            MoveView(from_url=seen, to_url=would, scans=scans)
            for (seen, would), scans in found.moves.most_common(SHOWN_MOVES)
        ],
        examples=[ExampleView(**example) for example in found.examples],
        missing=[
            MissingView(fact=fact, meaning=MISSING[fact]) for fact in missing_facts(record.rules)
        ],
    )
    return shown(view)


async def _scans(
    call: Call, question: dict[str, Any], most: int
) -> tuple[list[dict[str, Any]], bool]:
    """The newest scans, page by page, and whether there are more."""
    scans: list[dict[str, Any]] = []
    cursor = None
    while len(scans) < most:
        page = {**question, "limit": min(PAGE, most - len(scans))}
        asked = {**page, "cursor": cursor} if cursor else page
        answer = await call.deps.analytics.ask("/internal/scans", call.principal, asked)
        found = orjson.loads(answer.body)
        scans += found["scans"]
        cursor = found["next_cursor"]
        if cursor is None:
            break
    return scans, cursor is not None


def _rule_view(rule: RuleTrace) -> RuleView:
    return RuleView(
        id=rule.id,
        name=rule.name,
        outcome=rule.outcome,
        conditions=[
            ConditionView(
                kind=each.kind, condition=each.condition, seen=each.seen, matched=each.matched
            )
            for each in rule.conditions
        ],
        variant=rule.variant,
        sticks_to=rule.sticks_to,
    )


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/links/{id}/explain",
        id="explainLink",
        summary="Where a pretend scan would go, and why",
        tag="rules",
        handler=explain_link,
        scope=Permission.LINKS_READ,
        body=Explain,
        body_required=False,
        answer=Explanation,
        problems=(NotFound,),
        example={"visit": {"device": "phone", "country": "PT", "language": "pt-BR"}},
        idempotent=False,
    ),
    Operation(
        method="POST",
        path="/v1/links/{id}/replay",
        id="replayLink",
        summary="What a draft of rules would have moved among recent scans",
        tag="rules",
        handler=replay_link,
        scope=Permission.ANALYTICS_READ,
        body=Replay,
        body_required=False,
        answer=ReplayView,
        problems=(NotFound, Unavailable),
        example={"days": 7, "rules": []},
        uses="nothing",
    ),
)
