"""The log of each child: one file, and the one before it. Nothing is piped through us, so a
child never waits for its reader.
"""

import shutil
from pathlib import Path
from typing import BinaryIO

ROTATE_BYTES = 10_000_000
TAIL_BYTES = 4_000
TAIL_LINES = 12


def open_log(file: Path) -> BinaryIO:
    """For appending, so that emptying the file while it is written to is safe."""
    rotate(file)
    return file.open("ab")


def rotate(file: Path) -> None:
    """Moves a grown log aside; the child goes on writing at the start of the emptied file."""
    if not file.exists() or file.stat().st_size < ROTATE_BYTES:
        return
    shutil.copyfile(file, file.with_suffix(".log.1"))
    with file.open("r+b") as log:
        log.truncate(0)


def last_lines(file: Path, since: int = 0) -> str:
    """The end of what was written after position `since`, in a few lines."""
    size = file.stat().st_size if file.exists() else 0
    if not size:
        return ""
    with file.open("rb") as log:
        log.seek(max(since if since <= size else 0, size - TAIL_BYTES))
        lines = log.read().decode(errors="replace").splitlines()
    return "\n".join(lines[-TAIL_LINES:])
