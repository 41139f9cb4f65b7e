"""`python -m qz_redirect journal …` on folders as edges leave them."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from qz_redirect.journal.command import run
from qz_redirect.journal.cursor import Cursor, CursorFile
from qz_redirect.journal.journal import Journal
from qz_redirect.journal.open import open_journal, take_lock
from qz_redirect.journal.segment import segments
from qz_redirect.journal.state import read_state


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """Five events in several segments, closed."""
    journal = open_journal(tmp_path, 100)
    for _ in range(5):
        journal.append(b',"ts_ms":1}')
    journal.close()
    return journal


def test_inspect_shows_every_segment(
    journal: Journal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["inspect"], tmp_path) == 0
    shown = capsys.readouterr().out
    assert f"{journal.id:016x}" in shown
    assert "2 events, seq 1 to 2" in shown
    assert "1 events, seq 5 to 5" in shown


def test_inspect_says_how_far_it_was_acknowledged(
    journal: Journal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["inspect"], tmp_path) == 0
    assert "acknowledged up to seq 0" in capsys.readouterr().out
    CursorFile(journal.folder / "cursor").write(Cursor("q1.scans", 4, 3, 10))
    assert run(["inspect"], tmp_path) == 0
    assert "acknowledged up to seq 4" in capsys.readouterr().out


@pytest.mark.parametrize("word", ["inspect", "verify"])
def test_a_segment_that_is_gone_by_now_is_passed_by(
    journal: Journal, tmp_path: Path, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    """Listed, and deleted by `replicate` before it was read."""
    first = segments(journal.folder)[0].path
    first.unlink()
    first.symlink_to(tmp_path / "nowhere")
    assert run([word], tmp_path) == 0
    assert first.name not in capsys.readouterr().out


@pytest.mark.parametrize("word", ["inspect", "verify", "resend"])
def test_a_folder_without_journals_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    assert run([word], tmp_path) == 2
    assert f"no journal below {tmp_path}" in capsys.readouterr().out


def test_verify_is_content_with_a_whole_journal(journal: Journal, tmp_path: Path) -> None:
    assert run(["verify", f"{journal.id:016x}"], tmp_path) == 0


def test_verify_tells_of_damage_in_an_old_segment(
    journal: Journal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = segments(journal.folder)[0].path
    os.truncate(path, path.stat().st_size - 1)
    assert run(["verify"], tmp_path) == 1
    assert "are no event" in capsys.readouterr().out


def test_verify_tells_of_missing_numbers(
    journal: Journal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    segments(journal.folder)[1].path.unlink()
    assert run(["verify"], tmp_path) == 1
    assert "2 numbers are missing" in capsys.readouterr().out


def test_verify_tells_of_numbers_that_were_dropped_at_the_end(
    journal: Journal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = read_state(journal.folder / "state")
    assert known
    line = replace(known, next_seq=known.next_seq + 3).line()
    (journal.folder / "state").write_bytes(line)
    assert run(["verify"], tmp_path) == 1
    assert "3 numbers are missing at the end" in capsys.readouterr().out


def test_resend_forgets_what_was_acknowledged(journal: Journal, tmp_path: Path) -> None:
    file = CursorFile(journal.folder / "cursor")
    file.write(Cursor("scans", 4, 3, 10))
    assert run(["resend"], tmp_path) == 0
    assert file.read("scans") == Cursor("scans")


def test_resend_refuses_while_replicate_runs(journal: Journal, tmp_path: Path) -> None:
    CursorFile(journal.folder / "cursor").write(Cursor("scans", 4))
    lock = take_lock(tmp_path)
    assert lock is not None
    assert run(["resend"], tmp_path) == 1
    os.close(lock)
    assert CursorFile(journal.folder / "cursor").read("scans").seq == 4


@pytest.mark.parametrize("words", [[], ["burn"], ["verify", "0000000000000000"]])
def test_what_is_not_understood_is_said(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words, tmp_path) == 2
    assert capsys.readouterr().out
