"""A product, place or parcel as GS1 Digital Link URI (2.0 syntax)."""

import re
from dataclasses import dataclass
from typing import ClassVar, Self
from urllib.parse import quote

from qz_render.content.url import is_web_url
from qz_render.fields import Fields

_RESOLVER = "https://id.gs1.org"
# GS1 character set 82: what serial numbers and lots may hold.
_SET_82 = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]+\Z")
_DATE = re.compile(r"[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])\Z")
_LINK_TYPE = re.compile(r"(gs1:)?[A-Za-z0-9]{1,40}\Z|all\Z|linkset\Z")
# Key qualifiers in the order the path must have them.
_QUALIFIERS = (("variant", "22"), ("batch", "10"), ("serial", "21"))
_DATES = (("production_date", "11"), ("best_before", "15"), ("expiry", "17"))
_MOST_QUALIFIER = 20
_GTIN_LENGTHS = (8, 12, 13, 14)


@dataclass(frozen=True, slots=True)
class Gs1:
    kind: ClassVar[str] = "gs1"
    key: tuple[str, str]
    qualifiers: tuple[tuple[str, str], ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    link_type: str = ""
    resolver: str = _RESOLVER

    @classmethod
    def read(cls, fields: Fields) -> Self:
        key = _key(fields)
        link_type = fields.text(
            "link_type", pattern=lambda t: bool(_LINK_TYPE.match(t)), expected="like gs1:pip"
        )
        qualifiers = _qualifiers(fields)
        if qualifiers and key[0] != "01":
            fields.complain("gtin", "is required beside variant, batch or serial", "required")
        return cls(key, qualifiers, _dates(fields), link_type, _resolver(fields))

    def payload(self) -> str:
        path = "".join(
            f"/{ai}/{quote(value, safe='')}" for ai, value in (self.key, *self.qualifiers)
        )
        query = [f"{ai}={value}" for ai, value in self.attributes]
        query += [f"linkType={quote(self.link_type, safe=':')}"] if self.link_type else []
        return self.resolver.rstrip("/") + path + (f"?{'&'.join(query)}" if query else "")


def check_digit(digits: str) -> str:
    """The mod-10 check digit that belongs after these digits."""
    total = sum(int(digit) * (3, 1)[index % 2] for index, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def _key(fields: Fields) -> tuple[str, str]:
    """Exactly one primary key: GTIN (padded to 14), SSCC or GLN."""
    found = [
        ("01", _number(fields, "gtin", _GTIN_LENGTHS).zfill(14)),
        ("00", _number(fields, "sscc", (18,))),
        ("414", _number(fields, "gln", (13,))),
    ]
    given = [name for name in ("gtin", "sscc", "gln") if fields.has(name)]
    if len(given) != 1:
        fields.complain("gtin", "name exactly one of gtin, sscc and gln", "required")
    return next(((ai, value) for ai, value in found if value.strip("0")), found[0])


def _number(fields: Fields, name: str, lengths: tuple[int, ...]) -> str:
    def fits(text: str) -> bool:
        digits = text.isascii() and text.isdigit() and len(text) in lengths
        return digits and check_digit(text[:-1]) == text[-1]

    wanted = " or ".join(str(length) for length in lengths)
    return fields.text(name, pattern=fits, expected=f"{wanted} digits with a right check digit")


def _qualifiers(fields: Fields) -> tuple[tuple[str, str], ...]:
    def fits(text: str) -> bool:
        return bool(_SET_82.match(text))

    read = [
        (ai, fields.text(name, limit=_MOST_QUALIFIER, pattern=fits, expected="GS1 characters"))
        for name, ai in _QUALIFIERS
    ]
    return tuple((ai, value) for ai, value in read if value)


def _dates(fields: Fields) -> tuple[tuple[str, str], ...]:
    def fits(text: str) -> bool:
        return bool(_DATE.match(text))

    read = [(ai, fields.text(name, pattern=fits, expected="YYMMDD")) for name, ai in _DATES]
    return tuple((ai, value) for ai, value in read if value)


def _resolver(fields: Fields) -> str:
    def fits(text: str) -> bool:
        return is_web_url(text) and "?" not in text and "#" not in text

    expected = "an http(s) URL without query"
    return fields.text("resolver", limit=200, pattern=fits, expected=expected) or _RESOLVER
