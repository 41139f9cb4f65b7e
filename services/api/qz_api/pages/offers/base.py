"""What a page of a code offers, apart from how it looks: the same shape for every kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from qz_common.records import PageAction, PageFile
from qz_common.urls import UrlRefused, admit, mailto, map_place, tel

Words: TypeAlias = Mapping[str, Any]
"""The texts of one language (texts/*.json)."""


Raw: TypeAlias = Mapping[str, Any]
"""The content as its author wrote it, for what parsing loses."""


@dataclass(frozen=True, slots=True)
class Press:
    """A button, or the link of a fact: one of action and file leads somewhere."""

    label: str = ""
    action: PageAction | None = None
    file: PageFile | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str
    press: Press | None = None
    copied: bool = False
    """One touch selects all of it."""
    prose: bool = False
    """Keeps its line breaks."""
    large: bool = False
    """What a visitor reads off and types."""


@dataclass(frozen=True, slots=True)
class Steps:
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    sign: str
    """What stands in the mark: a name from signs.html, or up to two letters."""
    title: str
    lead: str = ""
    presses: tuple[Press, ...] = ()
    """The first one is what the page is for."""
    facts: tuple[Fact, ...] = ()
    hint: str = ""
    steps: tuple[Steps, ...] = ()
    text: str = ""

    def all_presses(self) -> tuple[Press, ...]:
        return (*self.presses, *(fact.press for fact in self.facts if fact.press))


def short(url: str) -> str:
    """A web address as people write it."""
    return url.partition("://")[2].removesuffix("/") or url


def as_written(raw: Raw, name: str, parsed: tuple[str, ...]) -> tuple[str, ...]:
    """Phone numbers with the spaces their author grouped them by."""
    value = raw.get(name)
    written = [value] if isinstance(value, str) else list(value or ())
    return tuple(written) if len(written) == len(parsed) else parsed


def button(label: str, id: str, href: str) -> Press:
    return Press(label, action=PageAction(id, href))


def call(id: str, number: str) -> Press | None:
    """None where a phone would not dial it: the number is shown all the same."""
    try:
        return button("", id, tel(number))
    except UrlRefused:
        return None


def write(id: str, address: str) -> Press | None:
    try:
        return button("", id, mailto(address))
    except UrlRefused:
        return None


def visit(id: str, url: str) -> Press | None:
    try:
        return button("", id, admit(url).location)
    except UrlRefused:
        return None


def find(id: str, place: str) -> Press | None:
    try:
        return button("", id, map_place(place))
    except UrlRefused:
        return None
