"""Is this still the log that a position belongs to? The record read last must stand where it stood.

A broker that lost everything and was filled again under the same name has other records at the
same offsets. Reading on from there would miss what it was filled with, so such a partition is read
from its beginning: versions make that harmless.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol
from zlib import crc32

from aiokafka import TopicPartition

from qz_redirect.replica.store import Position


class Read(Protocol):
    """A record as it came from a partition."""

    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...


class Landmarks:
    def __init__(self, known: Mapping[TopicPartition, Position]) -> None:
        self._last = {p: (found.last, found.seal) for p, found in known.items() if found.last >= 0}
        self._unseen = set(self._last)

    def start(self, partition: TopicPartition, offset: int) -> int:
        """Where to begin so that the landmark comes first."""
        return self._last[partition][0] if partition in self._unseen else offset

    def passed(self, partition: TopicPartition, records: Sequence[Read]) -> Sequence[Read] | None:
        """What is new among `records`; None when they are of another log."""
        if partition in self._unseen:
            self._unseen.discard(partition)
            first = records[0]
            if (first.offset, fingerprint(first)) != self._last.pop(partition):
                return None
            records = records[1:]
        if records:
            self._last[partition] = (records[-1].offset, fingerprint(records[-1]))
        return records

    def position(self, partition: TopicPartition, offset: int, now_ms: int) -> Position:
        last, seen = self._last.get(partition, (-1, 0))
        return Position(offset, now_ms, last, seen)


def fingerprint(record: Read) -> int:
    return crc32(record.value or b"", crc32(record.key or b""))
