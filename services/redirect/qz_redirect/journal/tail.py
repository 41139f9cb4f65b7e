"""Reading a journal in order, from a place in it, while somebody else may be writing."""

from dataclasses import dataclass
from pathlib import Path

from qz_redirect.journal.segment import (
    HEADER,
    Segment,
    next_whole,
    segments,
    seq_of,
    whole_frames,
)

READ_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole events, each with the offset behind it in its segment."""

    segment: int
    events: list[tuple[bytes, int]]


class Tail:
    def __init__(self, folder: Path, segment: int = 0, offset: int = 0) -> None:
        self.folder = folder
        self.segment = segment
        self.offset = offset
        self.damaged = 0
        self._open: Segment | None = None

    def read(self) -> Chunk | None:
        """The next whole events; None when there are none yet. Doesn't move: see `move`."""
        while self._find():
            events = self._events()
            if events:
                return Chunk(self.segment, events)
            if not (self._pass_damage() or self._next_segment()):
                return None
        return None

    def move(self, offset: int) -> None:
        self.offset = offset

    def seek_after(self, seq: int) -> None:
        """To the first event behind `seq`."""
        known = [segment for segment in segments(self.folder) if segment.first_seq <= seq + 1]
        self._open = known[-1] if known else None
        self.segment = known[-1].first_seq if known else 0
        self.offset = 0
        self._skip_through(seq)

    def pending_bytes(self) -> int:
        return sum(
            segment.size() - (self.offset if segment.first_seq == self.segment else 0)
            for segment in segments(self.folder)
            if segment.first_seq >= self.segment
        )

    def _skip_through(self, seq: int) -> None:
        while chunk := self.read():
            passed = [end for event, end in chunk.events if seq_of(event) <= seq]
            if passed:
                self.move(passed[-1])
            if len(passed) < len(chunk.events):
                return

    def _find(self) -> bool:
        """Opens the segment of this place; when that is gone, the next that is there."""
        if self._open is None:
            later = [s for s in segments(self.folder) if s.first_seq >= self.segment]
            if not later:
                return False
            self._enter(later[0])
        return True

    def _enter(self, segment: Segment) -> None:
        if segment.first_seq != self.segment:
            self.segment, self.offset = segment.first_seq, 0
        self._open = segment

    def _events(self) -> list[tuple[bytes, int]]:
        assert self._open is not None
        if self._open.size() <= self.offset:
            return []
        start = self.offset
        data = self._open.read(start, READ_BYTES)
        return [(event, start + end) for event, end in whole_frames(data)]

    def _pass_damage(self) -> bool:
        """Whether a whole event stands further on in this segment; goes there."""
        assert self._open is not None
        left = self._open.size() - self.offset
        start = next_whole(self._open.read(self.offset, left)) if left > HEADER.size else None
        if start is None:
            return False
        self.damaged += start
        self.offset += start
        return True

    def _next_segment(self) -> bool:
        """Whether there is one. What is left unread in the old one then is damage."""
        assert self._open is not None
        later = [s for s in segments(self.folder) if s.first_seq > self.segment]
        if not later or self._events():
            return bool(later)
        left = self._open.size() - self.offset
        if left > 0:
            self.damaged += left
        self._enter(later[0])
        return True
