"""A date for the calendar, shown in the time of the place it was written for."""

from datetime import date, datetime

from qz_api.pages.offers.base import Fact, Offer, Press, Raw, Words, find, short, visit
from qz_api.pages.offers.person import file_name
from qz_api.pages.words import show_span
from qz_common.records import PageFile
from qz_render.content.event import Event


def offer(content: Event, words: Words, raw: Raw) -> Offer:
    own = words["event"]
    return Offer(
        sign="event",
        title=content.title,
        lead=show_span(*_wall(content, raw), words),
        presses=(Press(own["save"], file=_file(content)),),
        facts=tuple(_facts(content, own)),
    )


def _wall(content: Event, raw: Raw) -> tuple[date, date]:
    """Start and end by the clock on the wall there; a calendar file has them in UTC."""
    if not (isinstance(content.start, datetime) and isinstance(content.end, datetime)):
        return content.start, content.end
    zone = datetime.fromisoformat(raw["start"]).tzinfo
    return content.start.astimezone(zone), content.end.astimezone(zone)


def _file(content: Event) -> PageFile:
    return PageFile(file_name(content.title, "ics"), "text/calendar", content.payload())


def _facts(content: Event, own: Words) -> list[Fact]:
    facts = [
        Fact(own["where"], content.location, find("map", content.location)),
        Fact(own["about"], content.description, prose=True),
        Fact(own["website"], short(content.url), visit("website", content.url)),
    ]
    return [fact for fact in facts if fact.value]
