"""`python -m qz_redirect journal inspect | verify | resend [journal id …]`.

`inspect` shows every segment, `verify` fails when one is damaged or numbers are missing, `resend`
forgets what was acknowledged, so that `replicate` sends all that is kept again (repeats are
dropped by their identity). Resending waits for no lock: stop `replicate` first.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from qz_redirect.journal.cursor import CursorFile
from qz_redirect.journal.open import journal_folders, take_lock
from qz_redirect.journal.segment import Content, Segment, inspect, segments
from qz_redirect.journal.state import read_state
from qz_redirect.say import say

USAGE = "usage: journal inspect|verify|resend [journal id …]"


def run(words: list[str], root: Path) -> int:
    """The exit code."""
    commands = {"inspect": _inspect, "verify": _verify, "resend": _resend}
    if not words or words[0] not in commands:
        return say(USAGE, 2)
    found = {folder.name: folder for folder in journal_folders(root)}
    if not found:
        return say(f"no journal below {root}; is REDIRECT_DATA_DIR right?", 2)
    unknown = [name for name in words[1:] if name not in found]
    if unknown:
        return say(f"no such journal below {root}: {', '.join(unknown)}", 2)
    return commands[words[0]](root, [found[name] for name in words[1:] or found])


def _inspect(_: Path, folders: Iterable[Path]) -> int:
    for folder in folders:
        sent = CursorFile(folder / "cursor").last()
        say(f"{folder.name}, acknowledged up to seq {sent.seq if sent else 0}")
        for segment, content in _contents(folder):
            no_event = content.torn_bytes + content.damaged_bytes
            torn = f", {no_event} bytes are no event" if no_event else ""
            say(
                f"  {segment.path.name}: {content.events} events, seq {content.first_seq} to "
                f"{content.last_seq}, {content.whole_bytes} bytes{torn}"
            )
    return 0


def _contents(folder: Path) -> Iterator[tuple[Segment, Content]]:
    """Oldest first. `replicate` may delete one as we come to it: what is in it has arrived."""
    for segment in segments(folder):
        try:
            content = inspect(segment)
        except FileNotFoundError:
            continue
        yield segment, content


def _verify(_: Path, folders: Iterable[Path]) -> int:
    bad = 0
    for folder in folders:
        for line in problems(folder):
            bad += 1
            say(f"{folder.name}: {line}")
    return say(f"{bad} problems" if bad else "every event is whole, no number is missing", bad > 0)


def problems(folder: Path) -> list[str]:
    """Damage and missing numbers; a torn end of the newest segment is neither."""
    newest, lines, expected = segments(folder)[-1:], [], 0
    for segment, content in _contents(folder):
        no_event = content.damaged_bytes + (0 if segment in newest else content.torn_bytes)
        if no_event:
            lines.append(f"{segment.path.name}: {no_event} bytes are no event")
        missing = content.missing + (content.first_seq - expected if expected else 0)
        if content.events and missing:
            lines.append(f"{segment.path.name}: {missing} numbers are missing")
        expected = content.last_seq + 1 if content.events else expected
    state = read_state(folder / "state")
    if state and state.clean and expected and state.next_seq > expected:
        lines.append(f"{state.next_seq - expected} numbers are missing at the end")
    return lines


def _resend(root: Path, folders: Iterable[Path]) -> int:
    lock = take_lock(root)
    if lock is None:
        return say("`replicate` is running: stop it first", 1)
    for folder in folders:
        (folder / "cursor").unlink(missing_ok=True)
        say(f"{folder.name}: will be sent again from {len(segments(folder))} segments")
    return 0
