"""Destinations that are no web page: each built from typed fields, never from a ready-made URL.

No text given here can add a field, a second recipient or a dial code: everything that is not a
letter or digit is escaped, and what an escape can't make harmless is refused.
"""

import re
from collections.abc import Callable
from urllib.parse import quote

from qz_common.urls.hosts import parse_host
from qz_common.urls.parse import MAX_LENGTH
from qz_common.urls.refusal import UrlCode, UrlRefused

PHONE = re.compile(r"\+?[0-9]{3,15}")
PHONE_SEPARATORS = str.maketrans("", "", " -.()/")
LOCAL_PART = re.compile(r"[A-Za-z0-9!#$&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$&'*+/=?^_`{|}~-]+)*")
MAX_LOCAL_PART = 64
NOT_TEXT = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\u2028\u2029\ud800-\udfff]")
LINE_BREAK = re.compile(r"\r\n|\r|\n")
MAPS: dict[str, Callable[[str], str]] = {
    "apple": lambda place: f"https://maps.apple.com/?q={place}",
    "google": lambda place: f"https://www.google.com/maps/search/?api=1&query={place}",
    "osm": lambda place: f"https://www.openstreetmap.org/search?query={place}",
}


def tel(number: str) -> str:
    return f"tel:{_phone(number)}"


def sms(number: str, body: str = "") -> str:
    return _short_enough(f"sms:{_phone(number)}" + (f"?body={_text(body)}" if body else ""))


def whatsapp(number: str, text: str = "") -> str:
    """wa.me takes the international number as bare digits."""
    digits = _phone(number).removeprefix("+").removeprefix("00")
    return _short_enough(f"https://wa.me/{digits}" + (f"?text={_text(text)}" if text else ""))


def mailto(address: str, subject: str = "", body: str = "") -> str:
    if LINE_BREAK.search(subject):
        raise UrlRefused(UrlCode.TEXT, "a subject is one line")
    fields = (("subject", subject), ("body", body))
    query = "&".join(f"{name}={_text(value, '%0D%0A')}" for name, value in fields if value)
    return _short_enough(f"mailto:{_mailbox(address)}" + (f"?{query}" if query else ""))


def geo(latitude: float, longitude: float) -> str:
    return f"geo:{_point(latitude, longitude)}"


def map_point(latitude: float, longitude: float, provider: str = "google") -> str:
    return _map_link(quote(_point(latitude, longitude), safe=""), provider)


def map_place(place: str, provider: str = "google") -> str:
    if not place.strip():
        raise UrlRefused(UrlCode.TEXT, "a place needs a name or an address")
    return _short_enough(_map_link(_text(place), provider))


def _map_link(place: str, provider: str) -> str:
    build = MAPS.get(provider)
    if build is None:
        raise UrlRefused(UrlCode.INVALID, f"the map is one of {', '.join(sorted(MAPS))}")
    return build(place)


def _phone(number: str) -> str:
    """Digits only: `*` and `#` would let a symbol run a dial code on the phone that reads it."""
    digits = number.translate(PHONE_SEPARATORS)
    if not PHONE.fullmatch(digits):
        raise UrlRefused(UrlCode.PHONE, "a phone number has 3 to 15 digits and maybe a leading +")
    return digits


def _mailbox(address: str) -> str:
    local, _, domain = address.rpartition("@")
    if len(local) > MAX_LOCAL_PART or not LOCAL_PART.fullmatch(local):
        raise UrlRefused(UrlCode.EMAIL, "the e-mail address is not valid")
    return f"{quote(local, safe='+')}@{_mail_domain(domain)}"


def _mail_domain(domain: str) -> str:
    try:
        host = parse_host(domain)
    except UrlRefused as error:
        raise UrlRefused(UrlCode.EMAIL, "the domain of the e-mail address is not valid") from error
    if host.address is not None or host.is_private:
        raise UrlRefused(UrlCode.EMAIL, "the e-mail address needs a public domain")
    return host.ascii


def _point(latitude: float, longitude: float) -> str:
    # written so that NaN fails too
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise UrlRefused(UrlCode.COORDINATES, "latitude is within 90 degrees, longitude within 180")
    return f"{_decimal(latitude)},{_decimal(longitude)}"


def _decimal(degrees: float) -> str:
    """Seven places are a centimetre; never an exponent, never minus zero."""
    text = f"{degrees:.7f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _text(text: str, line_break: str = "%0A") -> str:
    if NOT_TEXT.search(text):
        raise UrlRefused(UrlCode.TEXT, "the text has a control character")
    return line_break.join(quote(line, safe="") for line in LINE_BREAK.split(text))


def _short_enough(location: str) -> str:
    if len(location) > MAX_LENGTH:
        raise UrlRefused(UrlCode.TOO_LONG, f"with its text it passes {MAX_LENGTH} characters")
    return location
