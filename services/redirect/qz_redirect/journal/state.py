"""What a journal must know about itself after a restart, in one line that is rewritten in place.

In place, because a full disk has room for that. The boot id tells a killed process (the page
cache has everything) from a machine that went down: after that, events may be gone that were
sent already, and their numbers must not be given out again.
"""

import os
from dataclasses import dataclass
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
STATE_BYTES = 80


@dataclass(frozen=True, slots=True)
class State:
    boot: str
    clean: bool
    next_seq: int

    def line(self) -> bytes:
        text = f"{self.boot} {'clean' if self.clean else 'open'} {self.next_seq:020d}"
        return text.encode().ljust(STATE_BYTES - 1) + b"\n"


def current_boot() -> str:
    try:
        return BOOT_ID.read_text().strip()
    except OSError:
        return "unknown"


def read_state(path: Path) -> State | None:
    """None when there is none, or none that can be read."""
    try:
        boot, word, seq = path.read_text().split()
        return State(boot, word == "clean", int(seq))
    except (OSError, ValueError):
        return None


def write_state(fd: int, state: State) -> None:
    os.pwrite(fd, state.line(), 0)
