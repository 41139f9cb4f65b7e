"""A number to call."""

from qz_api.pages.offers.base import Offer, Raw, Words, button
from qz_common.urls import tel
from qz_render.content.phone import Phone


def offer(content: Phone, words: Words, raw: Raw) -> Offer:
    own = words["phone"]
    return Offer(
        sign="phone",
        title=raw["number"],
        lead=own["lead"],
        presses=(button(own["go"], "call", tel(content.number)),),
    )
