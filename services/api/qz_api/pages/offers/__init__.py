"""Kinds of content that are shown rather than followed: a new one is one file and one line here.

`url`, `app`, `whatsapp` and `gs1` are not among them: such a code is a plain redirect.
"""

from collections.abc import Callable

from qz_api.pages.offers import email, event, payment, person, phone, place, sms, text, wifi
from qz_api.pages.offers.base import Offer

OFFERS: dict[str, Callable[..., Offer]] = {
    "vcard": person.offer,
    "mecard": person.offer,
    "wifi": wifi.offer,
    "phone": phone.offer,
    "sms": sms.offer,
    "email": email.offer,
    "geo": place.offer,
    "event": event.offer,
    "text": text.offer,
    "payment": payment.offer,
}
