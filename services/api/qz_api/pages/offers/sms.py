"""A text message, written already."""

from qz_api.pages.offers.base import Fact, Offer, Raw, Words, button
from qz_common.urls import sms
from qz_render.content.sms import Sms


def offer(content: Sms, words: Words, raw: Raw) -> Offer:
    own = words["sms"]
    facts = [Fact(own["to"], raw["number"])]
    if content.text:
        facts.append(Fact(own["text"], content.text, prose=True))
    return Offer(
        sign="message",
        title=own["title"],
        lead=own["lead"],
        presses=(button(own["go"], "message", sms(content.number, content.text)),),
        facts=tuple(facts),
    )
