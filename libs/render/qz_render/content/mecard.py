"""A contact as MECARD: shorter than vCard, so the symbol is smaller."""

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from qz_render.content.person import Person
from qz_render.fields import Fields

_SPECIAL = re.compile(r'([\\;,:"])')


@dataclass(frozen=True, slots=True)
class MeCard:
    kind: ClassVar[str] = "mecard"
    person: Person

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(Person.read(fields))

    def payload(self) -> str:
        person = self.person
        names = [_escaped(n) for n in (person.last_name, person.first_name) if n]
        parts = [f"N:{','.join(names) or _escaped(person.organization)}"]
        parts += [f"TEL:{number}" for number in (*person.phones, *person.mobiles)]
        parts += [f"EMAIL:{_escaped(address)}" for address in person.emails]
        parts += [f"URL:{_escaped(url)}" for url in person.urls]
        if person.address:
            street, city, region, code, country = map(_escaped, person.address.parts())
            parts.append(f"ADR:,,{street},{city},{region},{code},{country}")
        parts += _optional("BDAY", person.birthday.replace("-", ""))
        parts += _optional("ORG", person.organization) + _optional("TITLE", person.title)
        parts += _optional("NOTE", person.note)
        return f"MECARD:{';'.join(parts)};;"


def _optional(name: str, value: str) -> list[str]:
    return [f"{name}:{_escaped(value)}"] if value else []


def _escaped(value: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(value.splitlines()))
