"""The journal: nothing that was answered is lost by a kill, and what is lost shows."""

import errno
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from threading import Event, Thread

import pytest

from qz_redirect.journal.cursor import Cursor, CursorFile
from qz_redirect.journal.journal import Journal
from qz_redirect.journal.open import journal_folders, open_journal
from qz_redirect.journal.segment import (
    inspect,
    segment_path,
    segments,
    seq_of,
    whole_frames,
)
from qz_redirect.journal.state import State, read_state, write_state

REST = b',"ts_ms":1}'
ENDLESS_WRITER = """
    import sys
    from pathlib import Path
    from qz_redirect.journal.open import open_journal
    journal = open_journal(Path(sys.argv[1]), 64 * 1024)
    while True:
        seq = journal.append(b',"pad":"' + b"x" * 700 + b'"}')
        sys.stdout.buffer.write(b"%d\\n" % seq)
        sys.stdout.buffer.flush()
"""
TINY_DISK = """
    import resource, sys
    from pathlib import Path
    from qz_redirect.journal.open import open_journal
    journal = open_journal(Path(sys.argv[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
    seqs = [journal.append(b',"pad":"' + b"x" * 60 + b'"}') for _ in range(30)]
    assert journal.failing, "the limit was not reached"
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    seqs += [journal.append(b',"pad":"after"}') for _ in range(3)]
    assert not journal.failing
    print(journal.dropped, seqs[-1], sum(seq > 0 for seq in seqs))
    if sys.argv[2] == "close":
        journal.close()
    else:
        import os; os.kill(os.getpid(), 9)
"""


def seqs(folder: Path) -> list[int]:
    data = [segment.path.read_bytes() for segment in segments(folder)]
    return [seq_of(event) for part in data for event, _ in whole_frames(part)]


def run(script: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", textwrap.dedent(script), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=30)


def test_seq_goes_on_after_a_restart_in_the_same_journal(tmp_path: Path) -> None:
    first = open_journal(tmp_path)
    assert [first.append(REST) for _ in range(3)] == [1, 2, 3]
    first.close()
    second = open_journal(tmp_path)
    assert second.id == first.id
    assert second.append(REST) == 4
    second.close()
    assert seqs(second.folder) == [1, 2, 3, 4]


def test_an_event_is_on_disk_when_append_returns(tmp_path: Path) -> None:
    journal = open_journal(tmp_path)
    journal.append(REST)
    event = next(whole_frames(segments(journal.folder)[0].path.read_bytes()))[0]
    assert event == b'{"v":1,"journal":%d,"seq":1,"ts_ms":1}' % journal.id
    journal.close()


def test_what_is_staged_is_one_write_in_order(tmp_path: Path) -> None:
    journal = open_journal(tmp_path)
    assert [journal.stage(REST) for _ in range(3)] == [1, 2, 3]
    assert seqs(journal.folder) == []
    assert journal.append(REST) == 4
    assert seqs(journal.folder) == [1, 2, 3, 4]
    journal.stage(REST)
    journal.close()
    assert seqs(journal.folder) == [1, 2, 3, 4, 5]


def test_each_process_of_a_host_has_a_journal_of_its_own(tmp_path: Path) -> None:
    one, two = open_journal(tmp_path), open_journal(tmp_path)
    assert one.id != two.id
    one.close()
    three = open_journal(tmp_path)
    assert three.id == one.id
    two.close()
    three.close()
    assert len(journal_folders(tmp_path)) == 2


def test_a_full_segment_is_followed_by_the_next(tmp_path: Path) -> None:
    journal = open_journal(tmp_path, 200)
    for _ in range(50):
        journal.append(REST)
    journal.sync()
    assert len(segments(journal.folder)) > 5
    assert seqs(journal.folder) == list(range(1, 51))
    journal.close()


@pytest.mark.parametrize("cut", [1, 5, 8, 9, 30])
def test_a_torn_tail_is_cut_and_its_number_given_again(tmp_path: Path, cut: int) -> None:
    journal = open_journal(tmp_path)
    for _ in range(3):
        journal.append(REST)
    journal.close()
    path = segments(journal.folder)[-1].path
    os.truncate(path, path.stat().st_size - cut)
    forget_clean_end(journal)
    again = open_journal(tmp_path)
    assert again.id == journal.id
    assert again.append(REST) == 3
    again.close()
    assert seqs(journal.folder) == [1, 2, 3]


def spoil(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("part", [0, 3, 4, 7, 8, 12, 30])
def test_a_flipped_bit_costs_one_event_and_no_number(tmp_path: Path, part: int) -> None:
    journal = open_journal(tmp_path)
    for _ in range(5):
        journal.append(REST)
    path = segments(journal.folder)[0].path
    frame = path.stat().st_size // 5
    journal.close()
    spoil(path, 2 * frame + part)
    forget_clean_end(journal)
    content = inspect(segments(journal.folder)[0])
    assert (content.events, content.missing, content.last_seq) == (4, 1, 5)
    assert content.damaged_bytes == frame
    again = open_journal(tmp_path)
    assert (again.id, again.append(REST)) == (journal.id, 6)
    again.close()


def test_a_journal_whose_end_is_damaged_is_not_continued(tmp_path: Path) -> None:
    """Numbers at its end may have been sent: nobody else may have them."""
    journal = open_journal(tmp_path)
    for _ in range(3):
        journal.append(REST)
    journal.close()
    path = segments(journal.folder)[0].path
    size = path.stat().st_size
    spoil(path, size - 5)
    forget_clean_end(journal)
    after = open_journal(tmp_path)
    assert after.id != journal.id
    after.close()
    assert path.stat().st_size == size


def test_a_number_that_was_acknowledged_is_not_given_again(tmp_path: Path) -> None:
    journal = open_journal(tmp_path)
    for _ in range(3):
        journal.append(REST)
    journal.close()
    CursorFile(journal.folder / "cursor").write(Cursor("scans", 3))
    path = segments(journal.folder)[0].path
    os.truncate(path, path.stat().st_size - 5)
    forget_clean_end(journal)
    again = open_journal(tmp_path)
    assert again.append(REST) == 4
    again.close()


def test_after_a_power_cut_a_new_journal_is_begun(tmp_path: Path) -> None:
    """Its last events may have been sent and then lost here: their numbers stay theirs."""
    journal = open_journal(tmp_path)
    journal.append(REST)
    journal.close()
    rewrite_state(journal, State("another-boot", clean=False, next_seq=1))
    after = open_journal(tmp_path)
    assert after.id != journal.id
    after.close()


def test_a_clean_end_before_a_reboot_is_continued(tmp_path: Path) -> None:
    journal = open_journal(tmp_path)
    journal.append(REST)
    journal.close()
    rewrite_state(journal, State("another-boot", clean=True, next_seq=2))
    after = open_journal(tmp_path)
    assert (after.id, after.append(REST)) == (journal.id, 2)
    after.close()


def test_a_kill_loses_nothing_that_was_appended(tmp_path: Path) -> None:
    command = [sys.executable, "-c", textwrap.dedent(ENDLESS_WRITER), str(tmp_path)]
    told = 0
    for _ in range(5):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(300)]
            process.kill()
            lines += process.stdout.read().splitlines(keepends=True)
        told = max(int(line) for line in lines if line.endswith(b"\n"))
    (folder,) = journal_folders(tmp_path)
    found = seqs(folder)
    assert found == list(range(1, len(found) + 1))
    assert told <= len(found) <= told + 1


def test_of_a_batch_as_much_is_kept_as_there_is_room_for(tmp_path: Path) -> None:
    script = TINY_DISK.replace("seqs = [journal.append(", "seqs = [journal.stage(").replace(
        "assert journal.failing", "journal.commit(); assert journal.failing"
    )
    done = run(script, str(tmp_path), "close")
    assert done.returncode == 0, done.stderr
    (folder,) = journal_folders(tmp_path)
    found = seqs(folder)
    assert 5 < len(found) - 3 < 30
    assert found == [*range(1, len(found) - 2), 31, 32, 33]


@pytest.mark.parametrize("end", ["close", "kill"])
def test_a_full_disk_drops_and_counts_and_shows_as_a_gap(tmp_path: Path, end: str) -> None:
    done = run(TINY_DISK, str(tmp_path), end)
    assert done.returncode == (0 if end == "close" else -signal.SIGKILL), done.stderr
    if end == "close":
        dropped, last, kept = map(int, done.stdout.split())
        assert dropped > 0
        assert last == 33
        assert kept == 33 - dropped
    (folder,) = journal_folders(tmp_path)
    found = seqs(folder)
    assert found == sorted(set(found))
    assert found[-3:] == [31, 32, 33]
    assert len(found) < 33
    journal = open_journal(tmp_path)
    assert journal.append(REST) == 34
    journal.close()


def test_numbers_of_dropped_events_are_not_given_again_after_a_kill(tmp_path: Path) -> None:
    script = TINY_DISK.replace("seqs += [", "import os; os.kill(os.getpid(), 9); seqs += [")
    assert run(script, str(tmp_path), "kill").returncode == -signal.SIGKILL
    journal = open_journal(tmp_path)
    assert journal.append(REST) == 31
    journal.close()


def forget_clean_end(journal: Journal) -> None:
    state = read_state(journal.folder / "state")
    assert state is not None
    rewrite_state(journal, State(state.boot, clean=False, next_seq=1))


def rewrite_state(journal: Journal, state: State) -> None:
    fd = os.open(journal.folder / "state", os.O_WRONLY)
    write_state(fd, state)
    os.close(fd)


def test_a_disk_that_makes_nothing_durable_is_told_of_and_ends_nothing(tmp_path: Path) -> None:
    """A device takes bytes and refuses to sync them."""
    journal = open_journal(tmp_path, 100)
    segment_path(journal.folder, 2).symlink_to("/dev/null")
    journal.append(b',"pad":"' + b"x" * 100 + b'"}')
    assert journal.append(b',"pad":"taken"}') == 2
    journal.sync()
    assert journal.unsynced == "Invalid argument"
    journal.close()
    assert not ended_clean(journal)


def ended_clean(journal: Journal) -> bool:
    state = read_state(journal.folder / "state")
    assert state is not None
    return state.clean


def test_a_full_segment_that_is_not_durable_is_tried_again(tmp_path: Path) -> None:
    """Scans that are taken meanwhile are no sign that it is."""
    journal = open_journal(tmp_path, 100)
    segment_path(journal.folder, 2).symlink_to("/dev/null")
    for _ in range(2):
        journal.append(b',"pad":"' + b"x" * 100 + b'"}')
    for failures in (1, 2):
        assert journal.append(REST)
        journal.sync()
        assert journal.unsynced == "Invalid argument"
        assert journal.sync_failures == failures
        assert not journal.failing
    journal.close()
    assert not ended_clean(journal)


def test_after_a_failure_no_success_makes_the_end_clean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Linux says once that a write-back failed, and then calls the pages written."""
    journal = open_journal(tmp_path)
    journal.append(REST)
    with monkeypatch.context() as failing:
        failing.setattr(os, "fdatasync", refuse)
        journal.sync()
    assert journal.unsynced == "Input/output error"
    journal.sync()
    assert not journal.unsynced
    journal.close()
    assert not ended_clean(journal)
    assert seqs(journal.folder) == [1]


def refuse(_: int) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_it_is_not_closed_under_a_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last one of a process goes on in its thread while the journal ends."""
    journal = open_journal(tmp_path, 100)
    for _ in range(5):
        journal.append(REST)
    begun, free, fdatasync = Event(), Event(), os.fdatasync

    def slow(fd: int) -> None:
        begun.set()
        assert free.wait(20)
        fdatasync(fd)

    monkeypatch.setattr(os, "fdatasync", slow)
    syncing, closing = Thread(target=journal.sync), Thread(target=journal.close)
    syncing.start()
    assert begun.wait(20)
    closing.start()
    closing.join(0.1)
    free.set()
    for thread in (syncing, closing):
        thread.join(20)
    assert journal.sync_failures == 0
    assert ended_clean(journal)
