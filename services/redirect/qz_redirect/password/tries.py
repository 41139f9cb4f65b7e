"""How often a password may be tried: five times in any minute per link and client network.

A try is taken before the slow check, so a burst in parallel gets no more than one after another;
a right password gives its try back, so an office behind one address is not locked out. Only keyed
hashes are kept, with a key that dies with the process, in bounded memory: past the bound the
entry used longest ago is forgotten.
"""

import hashlib
import math
import secrets
from collections import OrderedDict

TRIES = 5
WINDOW_MS = 60_000
MAX_ENTRIES = 65_536


class Tries:
    def __init__(self, limit: int = TRIES, max_entries: int = MAX_ENTRIES) -> None:
        self._limit = limit
        self._max_entries = max_entries
        self._key = secrets.token_bytes(16)
        self._taken: OrderedDict[bytes, tuple[int, ...]] = OrderedDict()

    def take(self, link: str, network: bytes, now_ms: int) -> int:
        """0 when this try may go on, else the seconds until one may."""
        key = self._entry(link, network)
        recent = tuple(at for at in self._taken.get(key, ()) if at > now_ms - WINDOW_MS)
        if len(recent) >= self._limit:
            return max(1, math.ceil((recent[0] + WINDOW_MS - now_ms) / 1000))
        self._taken[key] = (*recent, now_ms)
        self._taken.move_to_end(key)
        if len(self._taken) > self._max_entries:
            self._taken.popitem(last=False)
        return 0

    def give_back(self, link: str, network: bytes) -> None:
        key = self._entry(link, network)
        left = self._taken.get(key, ())[:-1]
        if left:
            self._taken[key] = left
        else:
            self._taken.pop(key, None)

    def __len__(self) -> int:
        return len(self._taken)

    def _entry(self, link: str, network: bytes) -> bytes:
        return hashlib.blake2b(network + link.encode(), key=self._key, digest_size=12).digest()
