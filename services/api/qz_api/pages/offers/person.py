"""A contact to save, with each way to reach the person one touch away."""

import re
import unicodedata
from collections.abc import Callable, Iterator

from qz_api.pages.offers.base import (
    Fact,
    Offer,
    Press,
    Raw,
    Words,
    as_written,
    call,
    find,
    short,
    visit,
    write,
)
from qz_api.pages.words import show_date
from qz_common.records import PageFile
from qz_render.content.mecard import MeCard
from qz_render.content.person import Address, Person
from qz_render.content.vcard import VCard

NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")
MAX_NAME = 60


def offer(content: VCard | MeCard, words: Words, raw: Raw) -> Offer:
    person, own = content.person, words["person"]
    role = ", ".join(part for part in (person.title, person.organization) if part)
    return Offer(
        sign=initials(person.full_name),
        title=person.full_name,
        lead=role if role != person.full_name else "",
        presses=(Press(own["save"], file=contact_file(content)),),
        facts=tuple(facts(person, words, raw)),
    )


def contact_file(content: VCard | MeCard) -> PageFile:
    card = content if isinstance(content, VCard) else VCard(content.person)
    return PageFile(file_name(content.person.full_name, "vcf"), "text/vcard", card.payload())


def facts(person: Person, words: Words, raw: Raw, prefix: str = "") -> Iterator[Fact]:
    own = words["person"]
    for name, kind, values in (
        ("mobiles", "mobile", person.mobiles),
        ("phones", "phone", person.phones),
    ):
        shown = as_written(raw, name, values)
        yield from _each(own[kind], shown, values, f"{prefix}{kind}", call)
    yield from _each(own["email"], person.emails, person.emails, f"{prefix}email", write)
    addresses = tuple(map(short, person.urls))
    yield from _each(own["website"], addresses, person.urls, f"{prefix}website", visit)
    if person.address and (lines := address_lines(person.address)):
        place = ", ".join(lines)
        yield Fact(own["address"], "\n".join(lines), find(f"{prefix}map", place), prose=True)
    if person.birthday:
        yield Fact(own["birthday"], show_date(person.birthday, words))
    if person.note:
        yield Fact(own["note"], person.note, prose=True)


def address_lines(address: Address) -> list[str]:
    town = " ".join(part for part in (address.postal_code, address.city) if part)
    lines = (address.street, town, address.region, address.country)
    return [line for line in lines if line]


def initials(name: str) -> str:
    words = [word for word in name.split() if word[0].isalnum()]
    letters = words[0][0] + (words[-1][0] if len(words) > 1 else "") if words else "?"
    return letters.upper()[:2]


def file_name(name: str, ending: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return f"{NOT_IN_A_NAME.sub('-', plain).strip('-')[:MAX_NAME] or 'contact'}.{ending}"


def _each(
    label: str,
    shown: tuple[str, ...],
    values: tuple[str, ...],
    id: str,
    reach: Callable[[str, str], Press | None],
) -> Iterator[Fact]:
    for number, (text, value) in enumerate(zip(shown, values, strict=True), 1):
        yield Fact(label, text, reach(f"{id}-{number}", value))
