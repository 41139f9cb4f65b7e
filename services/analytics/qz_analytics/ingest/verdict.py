"""What a request was: human, bot, preview, prefetch or repeat, with the reason and a version.

Rules are asked in order and the first that knows decides. They see only what the event carries,
so an event that is sent again, or judged again later, gets the same verdict from the same
version. Change a rule, raise VERSION.
"""

from collections.abc import Callable

from qz_analytics.ingest.agents import Agent
from qz_common.events import ScanEvent

VERSION = 1

Ruling = tuple[str, str]
"""Verdict and reason."""
Rule = Callable[[ScanEvent, Agent], Ruling | None]

HUMAN: Ruling = ("human", "")


def ahead_of_reader(event: ScanEvent, _: Agent) -> Ruling | None:
    purpose = event.hints.purpose.lower()
    if not purpose:
        return None
    return ("preview", "purpose") if "preview" in purpose else ("prefetch", "purpose")


def head_request(event: ScanEvent, _: Agent) -> Ruling | None:
    return ("preview", "head") if event.method == "HEAD" else None


def link_card(_: ScanEvent, agent: Agent) -> Ruling | None:
    return ("preview", "unfurler") if agent.unfurler else None


def crawler(_: ScanEvent, agent: Agent) -> Ruling | None:
    return ("bot", "crawler") if agent.crawler else None


def no_agent(event: ScanEvent, _: Agent) -> Ruling | None:
    return None if event.ua else ("bot", "no_agent")


def bot_network(event: ScanEvent, _: Agent) -> Ruling | None:
    return ("bot", "network") if event.hints.bot_network else None


def follow_up(event: ScanEvent, _: Agent) -> Ruling | None:
    """A form that was sent: the page with the form was the scan."""
    return ("repeat", "form") if event.method == "POST" and event.kind == "scan" else None


def repeat(event: ScanEvent, _: Agent) -> Ruling | None:
    return ("repeat", "ten_seconds") if event.hints.repeat else None


RULES: tuple[Rule, ...] = (
    ahead_of_reader,
    head_request,
    link_card,
    crawler,
    no_agent,
    bot_network,
    follow_up,
    repeat,
)


def judge(event: ScanEvent, agent: Agent) -> Ruling:
    for rule in RULES:
        ruling = rule(event, agent)
        if ruling is not None:
            return ruling
    return HUMAN
