"""Which of the languages on offer a reader wants most (Accept-Language, RFC 9110)."""

from collections.abc import Iterable

from qz_common.visit import LANGUAGE_BYTES, wanted

LANGUAGES = ("en", "pt", "es", "de", "fr")


def choose(accept_language: bytes, offered: Iterable[str], default: str) -> str:
    """The best of `offered`: each wish in turn, as written, then its language alone, then any
    region of that language. What can't be read is no wish."""
    by_tag = {tag.lower(): tag for tag in offered if tag}
    for wish in map(str.lower, wanted(accept_language[:LANGUAGE_BYTES])):
        language = wish.partition("-")[0]
        for tag in (wish, language):
            if tag in by_tag:
                return by_tag[tag]
        for tag in by_tag:
            if tag.startswith(f"{language}-"):
                return by_tag[tag]
    return default
