"""How far a journal is carried: what the broker acknowledged, and under which topic.

The topic is part of it: a broker that comes back under another prefix has nothing of what was
acknowledged before, so a cursor of another topic counts as none.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import msgspec


class Cursor(msgspec.Struct, frozen=True):
    topic: str
    seq: int = 0
    """The last event acknowledged; 0 for none."""
    segment: int = 0
    """First seq of the segment to read next, and where in it."""
    offset: int = 0


@dataclass(frozen=True, slots=True)
class CursorFile:
    path: Path

    def read(self, topic: str) -> Cursor:
        found = self.last()
        return found if found and found.topic == topic else Cursor(topic)

    def last(self) -> Cursor | None:
        """Of whatever topic it was."""
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=Cursor)
        except (OSError, ValueError):
            return None

    def write(self, cursor: Cursor) -> None:
        """Whole or not at all."""
        fresh = self.path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(msgspec.json.encode(cursor))
            file.flush()
            os.fdatasync(file.fileno())
        fresh.replace(self.path)
