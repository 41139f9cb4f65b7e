"""One sender for every journal of this host, also of edges that are gone."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import structlog

from qz_common.roles import pause
from qz_redirect.journal.open import journal_folders, take_lock
from qz_redirect.journal.outlet import Outlet
from qz_redirect.journal.segment import segments
from qz_redirect.journal.sender import Confirmation, Sender

LOOK_EVERY_SECONDS = 0.5
FLUSH_SECONDS = 5.0
FLUSH_POLL_SECONDS = 0.05
log = structlog.get_logger()


class Fleet:
    def __init__(self, root: Path, outlet: Outlet, confirmation: Confirmation) -> None:
        self.senders: dict[Path, Sender] = {}
        self._root = root
        self._outlet = outlet
        self._confirmation = confirmation

    async def run(self) -> None:
        """Until cancelled; a sender that ends by a defect ends this too."""
        async with asyncio.TaskGroup() as senders:
            while True:
                for folder in journal_folders(self._root):
                    if folder not in self.senders:
                        sender = Sender(folder, self._outlet, self._confirmation)
                        self.senders[folder] = sender
                        senders.create_task(sender.run())
                await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def flush(self) -> None:
        """Gives what is on disk a last chance, within the grace period, while others still run."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FLUSH_SECONDS):
                # what is on disk rings no bell
                while self.pending_bytes():  # noqa: ASYNC110
                    await asyncio.sleep(FLUSH_POLL_SECONDS)

    def save(self) -> None:
        """Of each sender, whatever becomes of the others."""
        with contextlib.ExitStack() as saving:
            for sender in self.senders.values():
                saving.callback(sender.save)

    def pending_bytes(self) -> int:
        return sum(sender.tail.pending_bytes() for sender in self.senders.values())

    def kept_bytes(self) -> int:
        return sum(segment.size() for folder in self.senders for segment in segments(folder))

    def kept_seconds(self) -> float:
        """How long ago the oldest segment that is kept was last written."""
        oldest = [found[0].written_at() for folder in self.senders if (found := segments(folder))]
        return max(0.0, time.time() - min(oldest)) if oldest else 0.0

    def damaged_bytes(self) -> int:
        return sum(sender.tail.damaged for sender in self.senders.values())


@contextlib.asynccontextmanager
async def only_sender(root: Path, stop: asyncio.Event) -> AsyncIterator[bool]:
    """Two senders of one journal would mix its order: the second process waits for the first.
    False when it was stopped while it waited."""
    await asyncio.to_thread(root.mkdir, parents=True, exist_ok=True)
    told = False
    while (lock := take_lock(root)) is None and not stop.is_set():
        if not told:
            log.info("another process of this host replicates: waiting for it to end")
            told = True
        await pause(stop, LOOK_EVERY_SECONDS)
    try:
        yield lock is not None
    finally:
        if lock is not None:
            os.close(lock)
