"""What `make clean` removes is all there was, and nothing while it is in use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.embedded.backends import new_shared_folder
from deploy.embedded.clean import remove
from tests.fixtures.stack import ROOT, Run


def _clean(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deploy.embedded.clean", *words],
        cwd=ROOT,
        env={"QUIETZONE_DATA": str(data)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def test_data_in_use_is_not_removed(stack: Run) -> None:
    stack.start()
    done = _clean(stack.data, "--yes")
    assert done.returncode == 2
    assert "stop it" in done.stderr
    assert stack.stop() == 0
    assert _clean(stack.data, "--yes").returncode == 0
    assert not stack.data.exists()


def test_nothing_is_removed_where_nobody_can_be_asked(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    assert _clean(tmp_path / "data").returncode == 1
    assert (tmp_path / "data").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's data may live outside the folder")
def test_cluster_outside_the_folder_goes_too(tmp_path: Path) -> None:
    place = new_shared_folder() / "postgres"
    place.mkdir()
    data = tmp_path / "data"
    data.mkdir()
    (data / "postgres").symlink_to(place)
    remove(data)
    assert not data.exists()
    assert not place.parent.exists()
