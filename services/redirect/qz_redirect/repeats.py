"""Who was here a moment ago: the same visitor at the same link within ten seconds.

Two tables that change places every ten seconds, so memory is bounded and nothing is searched.
Past the bound the oldest are forgotten sooner.
"""

WINDOW_MS = 10_000
MAX_KEPT = 200_000


class Repeats:
    def __init__(self) -> None:
        self._now: dict[int, int] = {}
        self._before: dict[int, int] = {}
        self._since = 0

    def seen(self, key: int, ts_ms: int) -> bool:
        """Whether `key` was seen less than ten seconds ago; it is seen now."""
        if ts_ms - self._since >= WINDOW_MS or len(self._now) >= MAX_KEPT:
            self._before, self._now, self._since = self._now, {}, ts_ms
        last = self._now.get(key) or self._before.get(key)
        self._now[key] = ts_ms
        return last is not None and ts_ms - last < WINDOW_MS


class VisitNumbers:
    """Which visit of this visitor to this link it is today, for links with a rule about it.

    Counted by this process since it started; bounded, the earliest counted are forgotten."""

    def __init__(self, limit: int = MAX_KEPT) -> None:
        self._counts: dict[int, int] = {}
        self._day = 0
        self._limit = limit

    def now(self, key: int, day: int) -> int:
        """Of a request that is no visit by itself: the visit it belongs to, or would begin."""
        return self._counts.get(key, 1) if day == self._day else 1

    def next(self, key: int, day: int) -> int:
        if day != self._day:
            self._counts, self._day = {}, day
        number = self._counts.pop(key, 0) + 1
        if len(self._counts) >= self._limit:
            del self._counts[next(iter(self._counts))]
        self._counts[key] = number
        return number
