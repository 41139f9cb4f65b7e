"""The event of one scan as JSON bytes: what never changes is spliced in, the rest is encoded once
per distinct value. `tests/redirect/test_scan.py` holds these bytes equal to `events.encode`.
"""

import msgspec

from qz_common.events import TEXT_LIMIT, UA_LIMIT, Hints
from qz_common.geo import NOWHERE, Place
from qz_common.visit import LANGUAGE_BYTES, most_wanted

REMEMBERED = 8192
PURPOSE_HEADERS = (b"sec-purpose", b"purpose", b"x-purpose", b"x-moz")
_PURPOSE_NAMES = frozenset(PURPOSE_HEADERS)
PURPOSE_LIMIT = 40
UPLOADED = b"qz_m=file_upload"
SOURCES = {True: b',"source":"symbol"', False: b',"source":"link"'}

NO_HINTS = Hints()
REPEATED = b',"hints":{"repeat":true}'

_encode = msgspec.json.Encoder().encode


class _Client(msgspec.Struct, omit_defaults=True):
    ua: str = ""
    referrer: str = ""
    language: str = ""


class Fragments:
    """Pieces of events that come again and again; bounded, and emptied when full."""

    def __init__(self) -> None:
        self._clients: dict[tuple[bytes, bytes, bytes], bytes] = {}
        self._places: dict[Place, bytes] = {NOWHERE: b""}

    def client(self, ua: bytes, referrer: bytes, languages: bytes) -> bytes:
        key = (ua, referrer, languages)
        known = self._clients.get(key)
        if known is None:
            if len(self._clients) >= REMEMBERED:
                self._clients.clear()
            known = self._clients[key] = _client(ua, referrer, languages)
        return known

    def place(self, place: Place) -> bytes:
        known = self._places.get(place)
        if known is None:
            if len(self._places) >= REMEMBERED:
                self._places = {NOWHERE: b""}
            known = self._places[place] = members(place)
        return known


def members(struct: msgspec.Struct) -> bytes:
    """The members of an object, each with a comma before it."""
    inner = _encode(struct)[1:-1]
    return b"," + inner if inner else b""


def _client(ua: bytes, referrer: bytes, languages: bytes) -> bytes:
    where = referrer.partition(b"?")[0].partition(b"#")[0]
    return members(
        _Client(
            ua[:UA_LIMIT].decode("utf-8", "replace"),
            where[:TEXT_LIMIT].decode("utf-8", "replace"),
            most_wanted(languages[:LANGUAGE_BYTES])[:TEXT_LIMIT],
        )
    )


def purpose_of(fields: dict[bytes, bytes]) -> str:
    """What a browser says that it fetches ahead for; empty for a real visit."""
    if _PURPOSE_NAMES.isdisjoint(fields):
        return ""
    first = next(fields[name] for name in PURPOSE_HEADERS if name in fields)
    return first[:PURPOSE_LIMIT].decode("latin-1").strip().lower()


def extras(method: bytes, status: int, utm: dict[str, str], hints: Hints, action: str) -> bytes:
    """The members that most scans don't have."""
    parts = []
    if method != b"GET":
        parts.append(b',"method":"%b"' % method)
    if status != 302:
        parts.append(b',"status":%d' % status)
    if utm:
        parts.append(b',"utm":' + _encode(utm))
    if hints != NO_HINTS:
        parts.append(b',"hints":' + _encode(hints))
    if action:
        parts.append(b',"kind":"press","action":' + _encode(action))
    return b"".join(parts)
