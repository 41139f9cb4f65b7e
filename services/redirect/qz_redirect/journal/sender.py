"""Carries one journal to the topic `scans`: in order, one batch at a time, until acknowledged.

One batch at a time, because a batch that overtakes a failed one would be stored first, and what
comes late would look like a repeat. Memory holds one batch, however long the broker is away. The
cursor moves on acknowledgements only; a repeat after a crash is dropped by its identity.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import structlog
from aiokafka.errors import KafkaError

from qz_redirect.journal.cursor import Cursor, CursorFile
from qz_redirect.journal.open import journal_id_of
from qz_redirect.journal.outlet import Outlet
from qz_redirect.journal.segment import segments, seq_of
from qz_redirect.journal.tail import Tail

SLOWEST_POLL_SECONDS = 0.5
POLL_PER_QUIET_SECOND = 0.001
SAVE_SECONDS = 0.25
BACKOFF_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0)
RESEND_AFTER_SECONDS = 120.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Which events need not be kept: those acknowledged, or those that analytics has stored."""

    stored: Callable[[int], int | None] | None = None
    """The highest seq stored of a journal, None while that is not known. Without this, an
    acknowledgement is enough."""


class Sender:
    def __init__(self, folder: Path, outlet: Outlet, confirmation: Confirmation) -> None:
        identity = journal_id_of(folder)
        assert identity is not None
        self.id = identity
        self.folder = folder
        self.sent = 0
        self.failures = 0
        self._outlet = outlet
        self._stored = confirmation.stored
        self._file = CursorFile(folder / "cursor")
        self.cursor = self._saved = self._file.read(outlet.topic)
        self.tail = Tail(folder, self.cursor.segment, self.cursor.offset)
        self._saved_at = self._moved_at = self._read_at = time.monotonic()
        self._seen_stored = self.stored_seq
        if not self.cursor.seq:
            self._go_behind(self._seen_stored)

    @property
    def stored_seq(self) -> int:
        return (self._stored(self.id) or 0) if self._stored else 0

    @property
    def confirmed_seq(self) -> int:
        """Everything up to here may be deleted."""
        return self.stored_seq if self._stored else self.cursor.seq

    async def run(self) -> None:
        tries = 0
        while True:
            try:
                is_full = await self._send_one_batch()
                self._tidy()
                tries = 0
            except (KafkaError, OSError, TimeoutError) as error:
                self.failures += 1
                log.warning("scans can't be sent now", reason=type(error).__name__)
                await asyncio.sleep(BACKOFF_SECONDS[min(tries, len(BACKOFF_SECONDS) - 1)])
                tries += 1
                continue
            if not is_full:
                await asyncio.sleep(self._pause())

    def save(self) -> None:
        if self.cursor != self._saved:
            self._file.write(self.cursor)
            self._saved = self.cursor
        self._saved_at = time.monotonic()

    async def _send_one_batch(self) -> bool:
        """Whether there was more than a batch takes."""
        chunk = self.tail.read()
        if chunk is None:
            return False
        count = await self._outlet.send(self.id, [event for event, _ in chunk.events])
        event, offset = chunk.events[count - 1]
        self.tail.move(offset)
        self.cursor = Cursor(self._outlet.topic, seq_of(event), chunk.segment, offset)
        self.sent += count
        self._moved_at = self._read_at = time.monotonic()
        return count < len(chunk.events)

    def _tidy(self) -> None:
        """Deletes first: on a full disk that makes the room which the cursor needs."""
        now = time.monotonic()
        if now - self._saved_at < SAVE_SECONDS:
            return
        self._delete_confirmed()
        self.save()
        if self._stored:
            self._resend_what_stays_away(now)

    def _delete_confirmed(self) -> None:
        """A segment goes when the next one begins right behind what is confirmed, or earlier."""
        confirmed = min(self.confirmed_seq, self.cursor.seq)
        found = segments(self.folder)
        for segment, following in pairwise(found):
            if following.first_seq > confirmed + 1:
                return
            segment.path.unlink()

    def _resend_what_stays_away(self, now: float) -> None:
        """Acknowledged, yet not stored for minutes though analytics answers: the broker lost it."""
        stored = self._stored(self.id) if self._stored else None
        if stored is None or stored != self._seen_stored or stored >= self.cursor.seq:
            self._seen_stored, self._moved_at = stored or 0, now
        elif now - self._moved_at > RESEND_AFTER_SECONDS:
            log.warning("acknowledged scans are not stored; sent again", journal=f"{self.id:016x}")
            self._go_behind(stored)
            self._moved_at = now

    def _go_behind(self, seq: int) -> None:
        """To the first event that is kept and lies behind `seq`."""
        self.tail.seek_after(seq)
        self.cursor = Cursor(self._outlet.topic, seq, self.tail.segment, self.tail.offset)

    def _pause(self) -> float:
        """The longer a journal is quiet, the more seldom it is looked at."""
        quiet = (time.monotonic() - self._read_at) * POLL_PER_QUIET_SECOND
        return max(min(quiet, SLOWEST_POLL_SECONDS), self._outlet.gather_seconds)
