"""What a reviewer, or a visitor's preview page, should know about an admitted host."""

import unicodedata

from qz_common.urls.hosts import Host

# scripts that one honest label may mix (UTS #39, "highly restrictive")
NATURAL_MIXES = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
# not scripts: words that begin the names of letters shared by several
SHARED = frozenset({"MODIFIER", "KATAKANA-HIRAGANA", "IDEOGRAPHIC", "COMBINING"})
# Cyrillic, Greek and Armenian letters drawn like Latin ones
LATIN_TWINS = frozenset("асԁеһіјӏорԛѕԝхуъьҽпгѵѡүһԍⲟοανικυρτωօսոհցզ")


def flags_of(host: Host, shorteners: frozenset[str]) -> frozenset[str]:
    """Any of ip_literal, private, punycode, mixed_script, confusable, known_shortener."""
    labels = host.unicode.split(".") if host.address is None else []
    found = {
        "ip_literal": host.address is not None,
        "private": host.is_private,
        "punycode": host.unicode != host.ascii,
        "mixed_script": any(map(_is_mixed, labels)),
        "confusable": any(map(_is_confusable, labels)),
        "known_shortener": not shorteners.isdisjoint(host.domains()),
    }
    return frozenset(name for name, present in found.items() if present)


def _is_mixed(label: str) -> bool:
    if label.isascii():
        return False
    scripts = {_script(char) for char in label if char.isalpha()} - SHARED
    return len(scripts) > 1 and not any(scripts <= natural for natural in NATURAL_MIXES)


def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNNAMED").partition(" ")[0]


def _is_confusable(label: str) -> bool:
    """The label reads as plain Latin, and is not."""
    letters = [char for char in label if char.isalpha() and not char.isascii()]
    return bool(letters) and all(char in LATIN_TWINS for char in letters)
