"""Which of the languages on offer a reader wants most (Accept-Language, RFC 9110)."""

from collections.abc import Iterable

LANGUAGES = ("en", "pt", "es", "de", "fr")
MAX_BYTES = 500
MAX_TAGS = 20


def choose(accept_language: bytes, offered: Iterable[str], default: str) -> str:
    """The best of `offered`: each wish in turn, as written, then its language alone, then any
    region of that language. What can't be read is no wish."""
    by_tag = {tag.lower(): tag for tag in offered if tag}
    for wish in _wishes(accept_language):
        language = wish.partition("-")[0]
        for tag in (wish, language):
            if tag in by_tag:
                return by_tag[tag]
        for tag in by_tag:
            if tag.startswith(f"{language}-"):
                return by_tag[tag]
    return default


def _wishes(accept_language: bytes) -> list[str]:
    parts = accept_language[:MAX_BYTES].decode("latin-1").lower().split(",")[:MAX_TAGS]
    weighed = [(_weight(part), part.partition(";")[0].strip()) for part in parts]
    return [tag for q, tag in sorted(weighed, key=lambda wish: -wish[0]) if q > 0 and tag]


def _weight(part: str) -> float:
    _, found, text = part.replace(" ", "").partition(";q=")
    if not found:
        return 1.0
    number = text.partition(";")[0]
    if not (number.isascii() and number.replace(".", "", 1).isdecimal()):
        return 0.0
    return weight if (weight := float(number)) <= 1 else 0.0
