"""A message to send, its subject and text filled in."""

from qz_api.pages.offers.base import Fact, Offer, Raw, Words, button
from qz_render.content.email import Email


def offer(content: Email, words: Words, _: Raw) -> Offer:
    own = words["email"]
    named = (
        (own["to"], ", ".join(content.to)),
        (own["cc"], ", ".join(content.cc)),
        (own["subject"], content.subject),
        (own["text"], content.body),
    )
    return Offer(
        sign="mail",
        title=own["title"],
        lead=own["lead"],
        presses=(button(own["go"], "mail", content.payload()),),
        facts=tuple(Fact(label, value, prose=True) for label, value in named if value),
    )
