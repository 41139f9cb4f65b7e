"""Segment files: frames of length, CRC32 and one event, named by the seq of their first event.

A reader takes frames up to the first that is not whole. With none whole behind it, that is a
frame still being written (or torn by a kill); else it is damage, and reading goes on behind it:
a spoiled byte costs the events that it stands in, and no others.
"""

import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

HEADER = struct.Struct("<II")
MAX_FRAME = 64 * 1024
SUFFIX = ".seg"
_SEQ = b'"seq":'
_BEGIN = b'{"v":'
"""Of every event, and of nothing inside one: quotes are escaped there."""


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    first_seq: int
    path: Path

    def size(self) -> int:
        """0 for a segment that was deleted meanwhile."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def written_at(self) -> float:
        """Seconds since the epoch of the last write; now for one that was deleted meanwhile."""
        try:
            return self.path.stat().st_mtime
        except FileNotFoundError:
            return time.time()

    def read(self, offset: int, limit: int) -> bytes:
        with self.path.open("rb") as file:
            file.seek(offset)
            return file.read(limit)


def whole_frames(data: bytes, offset: int = 0) -> Iterator[tuple[bytes, int]]:
    """Each whole event with the offset behind it; ends at the first frame that is not whole."""
    end = len(data)
    while end - offset > HEADER.size:
        length, checksum = HEADER.unpack_from(data, offset)
        stop = offset + HEADER.size + length
        if not 0 < length <= MAX_FRAME or stop > end:
            return
        event = data[offset + HEADER.size : stop]
        if crc32(event) != checksum:
            return
        yield event, stop
        offset = stop


def next_whole(data: bytes, offset: int = 0) -> int | None:
    """Where the first whole frame from `offset` on begins: there, or behind damage."""
    found = data.find(_BEGIN, offset)
    while found >= 0:
        start = found - HEADER.size
        if start >= offset and next(whole_frames(data, start), None):
            return start
        found = data.find(_BEGIN, found + 1)
    return None


def is_torn(data: bytes) -> bool:
    """Whether these bytes, no whole frame, are the beginning of one."""
    if len(data) <= HEADER.size:
        return True
    length: int = HEADER.unpack_from(data)[0]
    return 0 < length <= MAX_FRAME and HEADER.size + length > len(data)


def seq_of(event: bytes) -> int:
    """The seq of a journaled event, which stands near its beginning."""
    start = event.index(_SEQ) + len(_SEQ)
    return int(event[start : event.index(b",", start)])


def segment_path(folder: Path, first_seq: int) -> Path:
    return folder / f"{first_seq:020d}{SUFFIX}"


def segments(folder: Path) -> list[Segment]:
    """Oldest first."""
    found = folder.glob(f"*{SUFFIX}")
    return sorted(Segment(int(path.stem), path) for path in found if path.stem.isdigit())


@dataclass(frozen=True, slots=True)
class Content:
    """What one segment holds: whole events, and bytes between and behind them that are none."""

    first_seq: int = 0
    last_seq: int = 0
    events: int = 0
    missing: int = 0
    """Numbers between the first and the last that no event has."""
    whole_bytes: int = 0
    """The end of the last whole event."""
    damaged_bytes: int = 0
    torn_bytes: int = 0
    """What may become an event, or would have, at the very end."""


def inspect(segment: Segment) -> Content:
    data = segment.path.read_bytes()
    numbers, end, damaged = [], 0, 0
    while (start := next_whole(data, end)) is not None:
        damaged += start - end
        for event, stop in whole_frames(data, start):
            numbers.append(seq_of(event))
            end = stop
    left = len(data) - end
    torn = left if is_torn(data[end:]) else 0
    first, last = (numbers[0], numbers[-1]) if numbers else (0, 0)
    missing = last - first + 1 - len(numbers) if numbers else 0
    return Content(first, last, len(numbers), missing, end, damaged + left - torn, torn)
