"""Taking up a journal at start: one that nobody writes, made whole again, or a new one.

A folder is taken by its lock, so that several `serve` processes on a host have one each and a
restarted one goes on where it stopped. A torn tail is cut: no answer left for it. A journal that
was open when the machine went down, or whose end is damaged, is left for the sender as it is, and
a new one is begun, because numbers that were sent may be missing in the file.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import structlog

from qz_redirect.journal.cursor import CursorFile
from qz_redirect.journal.journal import FILE_MODE, Journal
from qz_redirect.journal.segment import Segment, inspect, segments
from qz_redirect.journal.state import State, current_boot, read_state

ID_DIGITS = 16
DEFAULT_SEGMENT_BYTES = 32 * 1024 * 1024
log = structlog.get_logger()


def journal_folders(root: Path) -> list[Path]:
    """Every journal below `root`, in the order of their ids."""
    found = root.iterdir() if root.is_dir() else ()
    return sorted(path for path in found if journal_id_of(path) is not None)


def journal_id_of(folder: Path) -> int | None:
    name = folder.name
    if len(name) != ID_DIGITS or name.strip("0123456789abcdef"):
        return None
    return int(name, 16)


def open_journal(root: Path, segment_bytes: int = DEFAULT_SEGMENT_BYTES) -> Journal:
    root.mkdir(parents=True, exist_ok=True)
    for folder in _free_then_new(root):
        lock_fd = take_lock(folder)
        if lock_fd is None:
            continue
        state = _resume(folder)
        if state is not None:
            return Journal(folder, int(folder.name, 16), state, segment_bytes, lock_fd)
        os.close(lock_fd)
    raise OSError("no journal could be taken")


def take_lock(folder: Path) -> int | None:
    """A descriptor that holds the lock until it is closed; None when somebody else has it."""
    fd = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, FILE_MODE)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return None
    return fd


def _free_then_new(root: Path) -> Iterator[Path]:
    yield from journal_folders(root)
    folder = root / f"{secrets.randbits(64) or 1:0{ID_DIGITS}x}"
    folder.mkdir(mode=0o700)
    yield folder


def _resume(folder: Path) -> State | None:
    """Where to go on, the tail made whole; None for a journal that must not be continued."""
    boot, known = current_boot(), read_state(folder / "state")
    found = segments(folder)
    if known is None:
        return None if found else State(boot, False, 1)
    if known.boot != boot and not known.clean:
        return None
    sent = CursorFile(folder / "cursor").last()
    numbers = [known.next_seq, sent.seq + 1 if sent else 1]
    if found:
        last = _last_seq(found[-1])
        if last is None:
            return None
        numbers += [found[-1].first_seq, last + 1]
    return State(boot, False, max(numbers))


def _last_seq(newest: Segment) -> int | None:
    """The torn tail cut; None where the end is damaged: nobody knows which number was the last."""
    content = inspect(newest)
    if newest.size() > content.whole_bytes + content.torn_bytes:
        log.warning("a journal's end is damaged: it is not continued", segment=str(newest.path))
        return None
    if content.torn_bytes:
        os.truncate(newest.path, content.whole_bytes)
        log.warning(
            "journal tail was torn and is cut",
            segment=newest.path.name,
            cut_bytes=content.torn_bytes,
        )
    return content.last_seq
