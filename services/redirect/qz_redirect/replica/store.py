"""What the environment holds, how it is opened, and which generation is in use."""

import shutil
from pathlib import Path

import lmdb
import msgspec

CODE_PREFIX = b"code:"
KIND_CODES = b"codes"
KIND_THINGS = b"things"
KIND_POSITIONS = b"positions"
KIND_FACTS = b"facts"
DATABASES = (KIND_CODES, KIND_THINGS, KIND_POSITIONS, KIND_FACTS)
SMALL_THINGS = b"small-things"
"""A counter in `facts` that grows with every change to a domain or a salt."""
DATA_FILE = "data.mdb"
KEY_FORMAT = b"format"
FIRST_MAP_BYTES = 1 << 30
MAX_READERS = 1024
NAME_DIGITS = 6


class Position(msgspec.Struct, frozen=True):
    """Where to go on in one partition, and when that was known to be the newest."""

    offset: int
    seen_ms: int
    last: int = -1
    """The offset of the record that was read last, and a checksum of it: see landmark.py."""
    seal: int = 0


def open_environment(
    path: Path, *, writable: bool, map_bytes: int = FIRST_MAP_BYTES
) -> lmdb.Environment:
    """Never with writemap: a full disk must be an exception, not a signal.

    Unsynced commits are the writer's choice: what a power cut takes, Kafka still has.
    """
    if writable:
        path.mkdir(parents=True, exist_ok=True)
    return lmdb.open(
        str(path),
        map_size=map_bytes if writable else 0,
        readonly=not writable,
        create=writable,
        max_dbs=len(DATABASES),
        max_readers=MAX_READERS,
        metasync=False,
        sync=False,
        readahead=writable,
    )


class Generations:
    def __init__(self, root: Path) -> None:
        self.root = root
        self._pointer = root / "CURRENT"

    def current(self) -> Path | None:
        """None when there is none, or none that is there."""
        try:
            path = self.root / self._pointer.read_text().strip()
        except OSError:
            return None
        return path if path != self.root and path.is_dir() else None

    def fresh(self) -> Path:
        """An empty place beside the current one; remains of earlier attempts are removed."""
        current = self.current()
        for path in self._all():
            if path != current:
                shutil.rmtree(path, ignore_errors=True)
        number = int(current.name) + 1 if current else 1
        path = self.root / f"{number:0{NAME_DIGITS}d}"
        path.mkdir(parents=True)
        return path

    def publish(self, path: Path) -> None:
        """From now on readers use this one; what was before goes."""
        if self.current() == path:
            return
        fresh = self._pointer.with_suffix(".new")
        fresh.write_text(path.name)
        fresh.replace(self._pointer)
        for other in self._all():
            if other != path:
                shutil.rmtree(other, ignore_errors=True)

    def _all(self) -> list[Path]:
        if not self.root.is_dir():
            return []
        return [path for path in self.root.iterdir() if path.is_dir() and path.name.isdigit()]
