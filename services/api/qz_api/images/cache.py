"""Images on disk by the hash of what was asked for; the least recently used go first.

Several processes may share a folder: a file appears whole or not at all, and carries its own
checksum, so that what a crash left behind is a miss. A disk that is full or broken costs speed,
never an answer.
"""

import hashlib
import os
import time
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

SEAL_BYTES = 32
LARGEST_SHARE = 10
"""One image may take a tenth of the room."""
SWEEP_SHARE = 20
"""Each twentieth of the room that is written, the whole is measured."""
KEPT_SHARE = 0.8
TOUCH_SECONDS = 60.0
PART = ".part"


class ImageCache:
    """Its methods touch the disk: call them in a thread."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        # at the first write the whole is measured
        self._written = most_bytes

    def get(self, key: str) -> bytes | None:
        path = self._path(key)
        try:
            sealed = path.read_bytes()
        except FileNotFoundError:
            return None
        seal, data = sealed[:SEAL_BYTES], sealed[SEAL_BYTES:]
        if hashlib.sha256(data).digest() != seal:
            path.unlink(missing_ok=True)
            return None
        self._touch(path)
        return data

    def put(self, key: str, data: bytes) -> None:
        """Raises OSError when the disk does not take it."""
        if len(data) * LARGEST_SHARE > self._most_bytes:
            return
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with NamedTemporaryFile(dir=path.parent, suffix=PART, delete=False) as part:
            try:
                part.write(hashlib.sha256(data).digest() + data)
                part.flush()
                os.replace(part.name, path)
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise
        self._written += len(data)
        if self._written * SWEEP_SHARE >= self._most_bytes:
            self.sweep()

    def sweep(self) -> None:
        """Back to four fifths of the room when it is full; parts that nobody finished go too."""
        self._written = 0
        found = sorted(self._files())
        total = sum(size for _, size, _ in found)
        if total <= self._most_bytes:
            return
        for _, size, path in found:
            if total <= self._most_bytes * KEPT_SHARE:
                break
            path.unlink(missing_ok=True)
            total -= size

    def _files(self) -> list[tuple[float, int, Path]]:
        """When used last, how large, where."""
        found = []
        for path in self._folder.glob("*/*"):
            # another process may have removed it
            with suppress(FileNotFoundError):
                stat = path.stat()
                found.append((stat.st_mtime, stat.st_size, path))
        return found

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key

    def _touch(self, path: Path) -> None:
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > TOUCH_SECONDS:
                os.utime(path)
