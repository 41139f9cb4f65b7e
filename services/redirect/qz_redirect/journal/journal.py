"""The journal of one `serve` process: an event is on disk before its answer leaves.

A commit is one write to the page cache and never waits for the network; `sync` makes it durable
against a power cut and runs off the loop. A disk that takes nothing more stops no redirect: the
event is dropped, counted, and its seq is never used again, so that the loss shows as a gap.
"""

import contextlib
import os
import threading
from pathlib import Path
from zlib import crc32

from qz_redirect.journal.segment import HEADER, segment_path
from qz_redirect.journal.state import State, write_state

FILE_MODE = 0o600


class Journal:
    def __init__(
        self, folder: Path, journal_id: int, state: State, segment_bytes: int, lock_fd: int
    ) -> None:
        self.folder = folder
        self.id = journal_id
        self.next_seq = state.next_seq
        self.dropped = 0
        self.failing = ""
        """Why the disk took no scan; empty when it took the last one."""
        self.unsynced = ""
        """Why the last sync failed; empty when it succeeded."""
        self.sync_failures = 0
        self.appended_bytes = 0
        self._boot = state.boot
        self._lock_fd = lock_fd
        self._segment_bytes = segment_bytes
        self._head = b'{"v":1,"journal":%d,"seq":' % journal_id
        self._state_fd = os.open(folder / "state", os.O_WRONLY | os.O_CREAT, FILE_MODE)
        self._retired: list[int] = []
        self._syncing = threading.Lock()
        self._staged: list[bytes] = []
        self._synced = 0
        self._write_state(clean=False)
        self._fd = -1
        self._size = 0
        self._try_roll()

    def append(self, rest: bytes) -> int:
        """`stage` and `commit` of one event; its seq, or 0 when it was dropped."""
        dropped = self.dropped
        seq = self.stage(rest)
        self.commit()
        return seq if self.dropped == dropped else 0

    def stage(self, rest: bytes) -> int:
        """Numbers `{"v":…,"journal":…,"seq":…` + rest, to be written by the next commit. No
        answer may leave before that. `rest` begins with a comma and closes the object."""
        seq = self.next_seq
        self.next_seq = seq + 1
        event = b"%b%d%b" % (self._head, seq, rest)
        self._staged.append(HEADER.pack(len(event), crc32(event)) + event)
        return seq

    def commit(self) -> None:
        """All that is staged, in one write."""
        staged = self._staged
        if not staged:
            return
        self._staged = []
        data = b"".join(staged)
        try:
            written = os.write(self._fd, data)
        except OSError:
            written = 0
        if written != len(data):
            self._write_singly(staged, written)
            return
        self._size += written
        self.appended_bytes += written
        self.failing = ""
        if self._size >= self._segment_bytes:
            self._try_roll()

    def sync(self) -> None:
        """Makes everything appended so far durable. Runs in a thread; blocks on the disk.

        A disk that refuses is a disk that fails: said, and tried again. After a failure Linux may
        call written what it has given up, so no success later makes an end clean."""
        with self._syncing:
            upto, reason = self.appended_bytes, ""
            if upto != self._synced and self._fd >= 0:
                reason = _refusal(self._fd)
                self._synced = self._synced if reason else upto
            # behind the segment in use, which may have been retired meanwhile
            for fd in tuple(self._retired):
                reason = self._sync_retired(fd) or reason
            self.unsynced = reason
            self.sync_failures += bool(reason)

    def close(self) -> None:
        """Durable, and known to be whole: the next process goes on with the next seq."""
        self.commit()
        self.sync()
        is_whole = self._synced == self.appended_bytes and not self.sync_failures
        self._write_state(clean=is_whole)
        with contextlib.suppress(OSError):
            os.fsync(self._state_fd)
        with self._syncing:
            for fd in (self._fd, *self._retired, self._state_fd, self._lock_fd):
                if fd >= 0:
                    os.close(fd)
            self._fd, self._retired = -1, []

    def _sync_retired(self, fd: int) -> str:
        reason = _refusal(fd)
        if not reason:
            self._retired.remove(fd)
            os.close(fd)
        return reason

    def _try_roll(self) -> None:
        """A new segment; when there is no room for one, the old one goes on."""
        try:
            fd = self._open_segment()
        except OSError as error:
            self.failing = error.strerror or type(error).__name__
            return
        if self._fd >= 0:
            self._retired.append(self._fd)
        self._fd, self._size = fd, os.fstat(fd).st_size

    def _open_segment(self) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        return os.open(segment_path(self.folder, self.next_seq), flags, FILE_MODE)

    def _write_singly(self, frames: list[bytes], written: int) -> None:
        """Saves what there is room for; the state keeps the numbers that the others cost."""
        if self._fd < 0 or (written and not self._take_back()):
            self._try_roll()
        for frame in frames:
            self._write_one(frame)
        self._write_state(clean=False)

    def _write_one(self, frame: bytes) -> None:
        """A half-written event is taken back."""
        written, reason = 0, "short write"
        try:
            written = os.write(self._fd, frame)
        except OSError as error:
            reason = error.strerror or type(error).__name__
        if written == len(frame):
            self._size += written
            self.appended_bytes += written
            self.failing = ""
            return
        self.dropped += 1
        self.failing = reason
        if written and not self._take_back():
            self._try_roll()

    def _take_back(self) -> bool:
        try:
            os.ftruncate(self._fd, self._size)
        except OSError:
            return False
        return True

    def _write_state(self, *, clean: bool) -> None:
        try:
            write_state(self._state_fd, State(self._boot, clean, self.next_seq))
        except OSError as error:
            self.failing = error.strerror or type(error).__name__


def _refusal(fd: int) -> str:
    """Why the disk won't make a file durable; empty when it has."""
    try:
        os.fdatasync(fd)
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""
