"""A text to read, and to take along."""

from qz_api.pages.offers.base import Offer, Raw, Words
from qz_render.content.text import Text


def offer(content: Text, words: Words, _: Raw) -> Offer:
    return Offer(sign="text", title=words["text"]["title"], text=content.text, hint=words["copy"])
