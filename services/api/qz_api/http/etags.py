"""Entity tags, ours and as callers send them back: lists, `*`, and weak ones.

A proxy that compresses our answers makes their tags weak, and a caller behind it knows no other. A
tag of ours names the version of a thing, not the bytes of an answer, so in If-Match, too, a weak
one means the version that it names; a strict comparison would refuse every change from there.
"""

import re

from qz_api.http.scope import Scope, header
from qz_common.errors import Malformed

ANY = "*"
TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
TAGS = re.compile(rf"(?:{TAG})(?:\s*,\s*{TAG})*")
OPAQUE = re.compile(r'"[^"]*"')


def etag(version: int) -> str:
    return f'"{version}"'


def is_known(scope: Scope, tag: str) -> bool:
    """Whether the caller has this already (If-None-Match)."""
    given = header(scope, b"if-none-match")
    return given is not None and (given == ANY or tag in OPAQUE.findall(given))


def is_meant(scope: Scope, tag: str) -> bool:
    """Whether a change may be made of this (If-Match)."""
    given = header(scope, b"if-match")
    if given is None or given == ANY:
        return True
    if not TAGS.fullmatch(given):
        raise Malformed('If-Match takes entity tags in quotes, such as "3"')
    return tag in OPAQUE.findall(given)
