"""Content kinds: a new one is one file and one line here."""

from qz_render.content.app import App
from qz_render.content.base import Content as Content
from qz_render.content.email import Email
from qz_render.content.event import Event
from qz_render.content.geo import Geo
from qz_render.content.gs1 import Gs1
from qz_render.content.mecard import MeCard
from qz_render.content.payment import Payment
from qz_render.content.phone import Phone
from qz_render.content.sms import Sms
from qz_render.content.text import Text
from qz_render.content.url import Url
from qz_render.content.vcard import VCard
from qz_render.content.whatsapp import WhatsApp
from qz_render.content.wifi import Wifi
from qz_render.errors import Invalid, Problem, TooLong
from qz_render.fields import Fields
from qz_render.matrix import MAX_PAYLOAD_BYTES

KINDS: dict[str, type[Content]] = {
    "url": Url,
    "text": Text,
    "email": Email,
    "phone": Phone,
    "sms": Sms,
    "wifi": Wifi,
    "vcard": VCard,
    "mecard": MeCard,
    "geo": Geo,
    "event": Event,
    "app": App,
    "whatsapp": WhatsApp,
    "payment": Payment,
    "gs1": Gs1,
}


def parse_content(data: object, *, pointer: str = "/content") -> Content:
    """A content from its JSON form; raises Invalid with every bad field, TooLong past the limit."""
    fields = Fields(data, pointer)
    if not fields.problems and not fields.has("kind"):
        fields.complain("kind", "is required", "required")
    name = fields.choice("kind", tuple(KINDS), "url")
    if fields.problems:
        raise Invalid(fields.problems)
    content = KINDS[name].read(fields)
    fields.finish()
    length = len(content.payload().encode())
    if length > MAX_PAYLOAD_BYTES:
        message = f"comes to {length:,} bytes; a symbol holds at most {MAX_PAYLOAD_BYTES:,}"
        raise TooLong([Problem("payload_too_long", message, pointer)])
    return content
