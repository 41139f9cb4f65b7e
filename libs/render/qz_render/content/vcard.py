"""A contact as vCard 3.0 (RFC 2426) or 4.0 (RFC 6350)."""

from dataclasses import dataclass
from typing import ClassVar, Self

from qz_render.content.lines import escaped, joined
from qz_render.content.person import Person
from qz_render.fields import Fields


@dataclass(frozen=True, slots=True)
class VCard:
    kind: ClassVar[str] = "vcard"
    person: Person
    version: str = "3.0"

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            person=Person.read(fields), version=fields.choice("version", ("3.0", "4.0"), "3.0")
        )

    def payload(self) -> str:
        person = self.person
        lines = [
            "BEGIN:VCARD",
            f"VERSION:{self.version}",
            f"N:{escaped(person.last_name)};{escaped(person.first_name)};;;",
            f"FN:{escaped(person.full_name)}",
        ]
        lines += self._optional("ORG", person.organization) + self._optional("TITLE", person.title)
        lines += [f"TEL;{self._type('work,voice')}:{number}" for number in person.phones]
        lines += [f"TEL;{self._type('cell')}:{number}" for number in person.mobiles]
        lines += [f"EMAIL:{escaped(address)}" for address in person.emails]
        lines += [f"URL:{url}" for url in person.urls]
        if person.address:
            lines.append("ADR:;;" + ";".join(escaped(part) for part in person.address.parts()))
        lines += self._optional("BDAY", self._birthday()) + self._optional("NOTE", person.note)
        return joined([*lines, "END:VCARD"])

    def _type(self, types: str) -> str:
        quoted = self.version == "4.0" and "," in types
        return f'TYPE="{types}"' if quoted else f"TYPE={types}"

    def _birthday(self) -> str:
        """Version 4 writes dates without dashes."""
        birthday = self.person.birthday
        return birthday.replace("-", "") if self.version == "4.0" else birthday

    def _optional(self, name: str, value: str) -> list[str]:
        return [f"{name}:{escaped(value)}"] if value else []
