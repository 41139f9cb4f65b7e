"""A pretend visit for explain, said in plain words instead of raw bytes."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Literal
from urllib.parse import urlencode

import msgspec
from msgspec.structs import replace

from qz_common.geo import Place
from qz_common.rules.conditions.base import Named
from qz_common.rules.conditions.browser import Browser
from qz_common.rules.conditions.country import Country
from qz_common.rules.conditions.device import Device
from qz_common.rules.conditions.language import Language
from qz_common.rules.conditions.os import Os
from qz_common.rules.conditions.region import Region
from qz_common.rules.shape import Error, Refused, read_struct
from qz_common.visit import Visit, most_wanted
from qz_common.wall import YEARS

MAX_TEXT = 2000


FACTS: Mapping[str, tuple[type[Named], Callable[[str], str]]] = {
    "device": (Device, str.lower),
    "os": (Os, str.lower),
    "browser": (Browser, str.lower),
    "country": (Country, str.upper),
    "region": (Region, str.upper),
}
"""The condition that knows the names of a fact, and how they are spelled."""


class Pretend(msgspec.Struct, frozen=True, omit_defaults=True):
    """Every fact may be left out, which makes it unknown. Words win over the user agent."""

    device: str = ""
    os: str = ""
    browser: str = ""
    user_agent: str = ""
    country: str = ""
    region: str = ""
    city: str = ""
    language: str = ""
    """A tag, or a whole Accept-Language header."""
    query: str | dict[str, str] = ""
    referrer: str = ""
    """A URL or just a host."""
    source: Literal["", "symbol", "link"] = ""
    at: datetime | None = None
    """With its offset; now when left out."""
    visit_number: int = 0
    visitor: int = 0
    """Any number: the same one sticks to the same arms."""


class PretendRefused(Refused):
    """A pretend visit that can't be read."""


def parse_pretend(raw: object) -> Pretend:
    errors: list[Error] = []
    pretend = read_struct(Pretend, {} if raw is None else raw, "", errors)
    if pretend is not None:
        errors.extend(_problems(pretend))
    if pretend is None or errors:
        raise PretendRefused(errors)
    return pretend


def pretend_visit(pretend: Pretend, now_ms: int) -> Visit:
    client = Visit(ts_ms=0, user_agent=_raw(pretend.user_agent)).client
    said = {"device": pretend.device, "os": pretend.os, "browser": pretend.browser}
    query = (
        pretend.query
        if isinstance(pretend.query, str)
        else urlencode(pretend.query, errors="replace")
    )
    referrer = pretend.referrer
    return Visit(
        ts_ms=now_ms if pretend.at is None else round(pretend.at.timestamp() * 1000),
        user_agent=_raw(pretend.user_agent),
        accept_language=_raw(pretend.language),
        referrer=_raw(referrer if "://" in referrer or not referrer else f"https://{referrer}"),
        query=_raw(query.removeprefix("?")),
        place=Place(pretend.country.upper(), pretend.region.upper(), pretend.city),
        visitor=pretend.visitor,
        source=pretend.source,
        visit_number=pretend.visit_number,
        _client=replace(client, **{name: text.lower() for name, text in said.items() if text}),
    )


def _problems(pretend: Pretend) -> list[Error]:
    found: list[Error] = []
    if pretend.at is not None and (pretend.at.tzinfo is None or pretend.at.year not in YEARS):
        words = f"a time with its offset is needed, as in …Z, from {YEARS[0]} to {YEARS[-1]}"
        found.append(("/at", "invalid_value", words))
    found += _unknown(pretend)
    for name, limit in (("visitor", 2**64), ("visit_number", 2**31)):
        if not 0 <= getattr(pretend, name) < limit:
            found.append((f"/{name}", "invalid_value", f"from 0 to {limit - 1}"))
    for name in ("user_agent", "language", "query", "referrer"):
        if len(getattr(pretend, name)) > MAX_TEXT:
            found.append((f"/{name}", "too_long", f"at most {MAX_TEXT} characters"))
    return found


def _unknown(pretend: Pretend) -> Iterator[Error]:
    """A fact that no rule could name is a slip of the pen, and no visit that nothing matches."""
    for name, (kind, spelled) in FACTS.items():
        said = spelled(getattr(pretend, name))
        if said and (why := kind(values=()).check(said)):
            yield f"/{name}", "invalid_value", why
    language = most_wanted(_raw(pretend.language)).lower()
    if pretend.language and (not language or Language(values=()).check(language)):
        yield "/language", "invalid_value", "names no language, as pt-BR does, or pt-BR, en;q=0.5"


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "replace")
