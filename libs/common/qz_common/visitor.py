"""Who a visitor is, without being able to say who: keyed hashes that mean nothing tomorrow.

`visitor` is made of the day's salt, the workspace, the network address and the user agent;
`ip_hash` of the same without the user agent. 64 bits each, 0 for none. The address goes no
further than this module's arguments.

A network address is the whole IPv4 address (also when written as IPv4-mapped IPv6), or the /64
of an IPv6 one: a /64 is what a household or a handset is given, as IPv4 gives one address, and
the lower half changes by itself within the day (privacy extensions).
"""

import hashlib
from datetime import UTC, date, datetime, timedelta

import msgspec

from qz_common.address import packed_address

DAY_MS = 86_400_000
HASH_BYTES = 8
UA_BYTES = 400
MAX_PRIMED = 4096


class Identity(msgspec.Struct, frozen=True, gc=False):
    visitor: int
    ip_hash: int


NOBODY = Identity(0, 0)
_number = int.from_bytes


def network(ip: str) -> bytes:
    """4 bytes of IPv4, 8 bytes of IPv6; empty for what is no address."""
    return packed_address(ip)[:8]


def asks_for_privacy(dnt: bytes, gpc: bytes) -> bool:
    """The values of `DNT` and `Sec-GPC`."""
    return dnt == b"1" or gpc == b"1"


class Salts:
    """The salt of a UTC day; a day without one takes the next step from the day before.

    Each step is a keyed hash of the date under the salt of the day before, so every edge that
    knows the same published salt makes the same ones, whenever it starts, and an old salt need
    not be kept. `fallback` is what there is before any salt was published; no two edges
    share it.
    """

    def __init__(self, fallback: bytes) -> None:
        self._fallback = fallback
        self._known: dict[date, bytes] = {}
        self._today = -1
        self._use(fallback)

    def put(self, day: str, salt: str) -> None:
        """A published salt; ValueError when the day is no date."""
        self._known[date.fromisoformat(day)] = _salt_key(salt.encode())
        self._today = -1

    def identify(self, ts_ms: int, workspace: str, ip: str, user_agent: bytes) -> Identity:
        """The visitor of this day; nobody when the address is none."""
        address = network(ip)
        if not address:
            return NOBODY
        if ts_ms // DAY_MS != self._today:
            self._turn(ts_ms)
        primed = self._primed.get(workspace)
        state = self._prime(workspace) if primed is None else primed.copy()
        state.update(address)
        ip_hash = _number(state.digest()) or 1
        state.update(b"\0" + user_agent[:UA_BYTES])
        return Identity(_number(state.digest()) or 1, ip_hash)

    def of_day(self, day: date) -> bytes:
        """The key of this day, stepped on from the newest known day before it."""
        if day in self._known:
            return self._known[day]
        earlier = [known for known in self._known if known < day]
        if not earlier:
            return _step(self._fallback, day)
        known = max(earlier)
        key = self._known[known]
        while known < day:
            known += timedelta(days=1)
            key = _step(key, known)
        return key

    def _use(self, key: bytes) -> None:
        self._keyed = hashlib.blake2b(key=key, digest_size=HASH_BYTES)
        self._primed: dict[str, hashlib.blake2b] = {}

    def _prime(self, workspace: str) -> hashlib.blake2b:
        """What every hash of a workspace begins with is taken in once."""
        if len(self._primed) >= MAX_PRIMED:
            self._primed = {}
        primed = self._primed[workspace] = self._keyed.copy()
        primed.update(workspace.encode() + b"\0")
        return primed.copy()

    def _turn(self, ts_ms: int) -> None:
        """Take up this day's salt; none older than yesterday's is kept: 48 hours at most."""
        day = datetime.fromtimestamp(ts_ms / 1000, UTC).date()
        key = self.of_day(day)
        self._use(key)
        self._today = ts_ms // DAY_MS
        yesterday = day - timedelta(days=1)
        if any(known < yesterday for known in self._known):
            kept = {known: salt for known, salt in self._known.items() if known > day}
            self._known = {yesterday: self.of_day(yesterday), day: key, **kept}


def _salt_key(salt: bytes) -> bytes:
    return hashlib.blake2b(salt, digest_size=32).digest()


def _step(key: bytes, day: date) -> bytes:
    return hashlib.blake2b(day.isoformat().encode(), key=key, digest_size=32).digest()
