"""What is stored of each journal: a high mark, and the holes below it.

A journal numbers its events and they arrive in order, so everything at or below the mark is a
repeat, except in a hole: a jump in the numbers is noticed and written down before the block that
shows it, and an event that comes late is still taken. For some minutes the journal is told to
send from the first hole again; after that the hole counts as lost.

Marks here run ahead of the store by the block that is being made. On any doubt they are
forgotten and read anew: the store is the truth.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

FIRST_SEQ = 1


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers `first` to `last` of a journal that are not stored: `jump` or `dead`."""

    journal: int
    first: int
    last: int
    reason: str
    before_ms: int


@dataclass(slots=True)
class Mark:
    high: int = FIRST_SEQ - 1
    holes: list[tuple[int, int]] = field(default_factory=list)

    def has(self, seq: int) -> bool:
        if seq > self.high:
            return False
        return not any(first <= seq <= last for first, last in self.holes)

    def fill(self, seq: int) -> None:
        """Takes a late number out of its hole."""
        left: list[tuple[int, int]] = []
        for first, last in self.holes:
            if first <= seq <= last:
                left += [(a, b) for a, b in ((first, seq - 1), (seq + 1, last)) if a <= b]
            else:
                left.append((first, last))
        self.holes = left


@dataclass(slots=True)
class Marks:
    known: dict[int, Mark] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    """Noticed since `take_gaps`."""
    refilled: set[int] = field(default_factory=set)
    """Journals whose holes got a late number since `take_refilled`."""

    def unknown(self, journals: Iterable[int]) -> set[int]:
        return set(journals) - self.known.keys()

    def learn(self, marks: dict[int, Mark]) -> None:
        self.known.update(marks)

    def forget(self) -> None:
        self.known.clear()
        self.gaps.clear()
        self.refilled.clear()

    def pass_over(self, journal: int, seq: int, ts_ms: int) -> bool:
        """False for a repeat; otherwise the mark covers this number from now on."""
        mark = self.known[journal]
        if seq == mark.high + 1:
            mark.high = seq
            return True
        if mark.has(seq):
            return False
        if seq <= mark.high:
            mark.fill(seq)
            self.refilled.add(journal)
            return True
        self._jump(journal, mark, seq, ts_ms)
        return True

    def take_gaps(self) -> list[Gap]:
        gaps, self.gaps = self.gaps, []
        return gaps

    def take_refilled(self) -> set[int]:
        refilled, self.refilled = self.refilled, set()
        return refilled

    def _jump(self, journal: int, mark: Mark, seq: int, ts_ms: int) -> None:
        if seq > mark.high + 1:
            hole = (mark.high + 1, seq - 1)
            mark.holes.append(hole)
            self.gaps.append(Gap(journal, *hole, "jump", ts_ms))
        mark.high = seq
