"""The fields that vCard and MECARD share."""

import re
from dataclasses import dataclass
from typing import Self

from qz_render.content.email import is_address
from qz_render.content.phone import compact, is_number
from qz_render.content.url import is_web_url
from qz_render.fields import Fields

_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\Z")
_MOST = 5


@dataclass(frozen=True, slots=True)
class Address:
    street: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""

    def parts(self) -> tuple[str, str, str, str, str]:
        return (self.street, self.city, self.region, self.postal_code, self.country)


@dataclass(frozen=True, slots=True)
class Person:
    first_name: str = ""
    last_name: str = ""
    organization: str = ""
    title: str = ""
    phones: tuple[str, ...] = ()
    mobiles: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    address: Address | None = None
    birthday: str = ""
    note: str = ""

    @classmethod
    def read(cls, fields: Fields) -> Self:
        person = cls(
            first_name=fields.text("first_name", limit=100),
            last_name=fields.text("last_name", limit=100),
            organization=fields.text("organization", limit=200),
            title=fields.text("title", limit=100),
            phones=_numbers(fields, "phones"),
            mobiles=_numbers(fields, "mobiles"),
            emails=_each(fields, "emails", is_address, "e-mail addresses"),
            urls=_each(fields, "urls", is_web_url, "http(s) URLs"),
            address=_address(fields),
            birthday=fields.text("birthday", pattern=_is_date, expected="a date as 1990-12-31"),
            note=fields.text("note", limit=1000, multiline=True),
        )
        if not (person.first_name or person.last_name or person.organization):
            fields.complain("first_name", "a name or an organization is required", "required")
        return person

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.organization


def _is_date(text: str) -> bool:
    return bool(_DATE.match(text))


def _numbers(fields: Fields, name: str) -> tuple[str, ...]:
    return tuple(compact(item) for item in _each(fields, name, is_number, "phone numbers"))


def _each(fields: Fields, name: str, fits: object, expected: str) -> tuple[str, ...]:
    items = fields.list_of_text(name, most=_MOST)
    if any(item and not (callable(fits) and fits(item)) for item in items):
        fields.complain(name, f"must hold {expected}")
    return items


def _address(fields: Fields) -> Address | None:
    inner = fields.nested("address")
    if inner is None:
        return None
    names = ("street", "city", "region", "postal_code", "country")
    address = Address(*(inner.text(name, limit=100) for name in names))
    inner.refuse_unknown()
    return address
