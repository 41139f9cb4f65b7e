"""`make clean`: removes the data of `make run`, also what had to live outside its folder.

python -m deploy.embedded.clean [--yes]
"""

import os
import shutil
import sys
from pathlib import Path

from deploy.embedded.backends import SHARED_FOLDERS
from deploy.embedded.run import InUseError, data_folder
from deploy.embedded.settings import StackSettings
from qz_common.settings import load


def main() -> int:
    folder = load(StackSettings, os.environ).folder
    if not folder.exists():
        print(f"  {folder} is not there; nothing to remove")
        return 0
    if "--yes" not in sys.argv and not _agreed(folder):
        print("  nothing was removed")
        return 1
    try:
        with data_folder(folder):
            remove(folder)
    except InUseError as error:
        print(f"  {error}", file=sys.stderr)
        return 2
    print(f"  {folder} is removed")
    return 0


def remove(folder: Path) -> None:
    place = (folder / "postgres").resolve()
    if SHARED_FOLDERS in place.parents:
        shutil.rmtree(place.parent, ignore_errors=True)
    shutil.rmtree(folder)


def _agreed(folder: Path) -> bool:
    if not sys.stdin.isatty():
        print("  say --yes where nobody can be asked", file=sys.stderr)
        return False
    return input(f"  Remove {folder} with all codes, scans and keys in it? [y/N] ").lower() == "y"


if __name__ == "__main__":
    sys.exit(main())
