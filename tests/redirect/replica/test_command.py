"""`python -m qz_redirect replica …` on a replica as `replicate` leaves it."""

import subprocess
import sys
from pathlib import Path

import pytest

from qz_common.records import PageRecord, encode, page_key
from qz_redirect.replica.command import run
from qz_redirect.replica.store import Position
from tests.fixtures.edge import code, put, slugs

ROUTES = {
    **slugs(plain=code(version=3), gone=code("lnk_2", 7, status="deleted")),
    page_key("pg_1"): PageRecord(version=1, id="pg_1", workspace="ws_1"),
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    put(tmp_path, ROUTES, {"routing/0": Position(12, 5)})
    return tmp_path


def test_inspect_counts_and_tells_versions_and_positions(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["inspect"], data / "replica") == 0
    shown = capsys.readouterr().out
    assert "2 codes (1 active, 1 deleted), 1 of them plain redirects" in shown
    assert "highest version of a code: 7" in shown
    assert "page: 1" in shown
    assert "routing/0: next offset 12" in shown


def test_verify_is_content_with_a_whole_replica(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["verify"], data / "replica") == 0
    assert "3 records, 0 of them bad" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("found", "written"),
    [
        (encode(code(version=3)), b"{" * len(encode(code(version=3)))),
        (b'"slug":"plain"', b'"slug":"pla1n"'),
    ],
)
def test_verify_tells_of_a_record_that_was_changed(
    data: Path, capsys: pytest.CaptureFixture[str], found: bytes, written: bytes
) -> None:
    (file,) = (data / "replica").glob("*/data.mdb")
    whole = file.read_bytes()
    assert found in whole
    file.write_bytes(whole.replace(found, written, 1))
    assert run(["verify"], data / "replica") == 1
    assert "3 records, 1 of them bad" in capsys.readouterr().out


@pytest.mark.parametrize("words", [[], ["inspect", "x"], ["mend"]])
def test_other_words_show_the_usage(words: list[str], tmp_path: Path) -> None:
    assert run(words, tmp_path) == 2


@pytest.mark.parametrize("word", ["inspect", "verify"])
def test_no_replica_is_said(word: str, tmp_path: Path) -> None:
    assert run([word], tmp_path) == 1


def test_a_spoiled_replica_is_said(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (file,) = (data / "replica").glob("*/data.mdb")
    file.write_bytes(b"no database" * 1000)
    assert run(["verify"], data / "replica") == 1
    assert str(file.parent) in capsys.readouterr().out


def test_the_command_runs_beside_a_reader(data: Path) -> None:
    command = [sys.executable, "-m", "qz_redirect", "replica", "verify"]
    done = subprocess.run(
        command, env={"REDIRECT_DATA_DIR": str(data)}, capture_output=True, text=True, check=True
    )
    assert "0 of them bad" in done.stdout
