"""From an address to a place, by a database that may be missing, old, broken or replaced.

`Geo.open` takes one `.mmdb` file, or a folder of them (some publishers cut IPv4 and IPv6 apart),
and reads MaxMind's nested records and flat ones alike. It never fails: without usable data
every place is nowhere, and `describe` says why. Flat data name a region in words; a
`regions.json` beside the database (see deploy/geo) gives its ISO code.
A file must be replaced by renaming a new one over it: it is mapped into memory.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import maxminddb
import msgspec
from maxminddb.reader import Metadata
from maxminddb.types import Record

from qz_common.address import packed_address
from qz_common.region_names import RegionNames

CACHED_PLACES = 4096
DAY_SECONDS = 86_400
STALE_DAYS = 120


class Place(msgspec.Struct, frozen=True, gc=False):
    """ISO 3166-1 country, ISO 3166-2 region (or its name in the data), city; empty is unknown."""

    country: str = ""
    region: str = ""
    city: str = ""


NOWHERE = Place()
Stamp = tuple[tuple[str, int, int, int], ...]


class _Data:
    """What was on disk at one moment: a reader per address family, and names of regions."""

    def __init__(self, path: Path) -> None:
        self.readers: dict[int, maxminddb.Reader] = {}
        self.problem = ""
        self.regions = RegionNames({})
        try:
            self.readers = _open_readers(path)
            self.regions = RegionNames.read(_regions_file(path))
        except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
            self.problem = f"{type(error).__name__}: {error}"

    def find(self, ip: str) -> Place:
        reader = self.readers.get(6 if ":" in ip else 4) or self.readers.get(6)
        if reader is None:
            return NOWHERE
        try:
            return read_place(reader.get(ip), self.regions)
        except (ValueError, maxminddb.InvalidDatabaseError):
            return NOWHERE

    def metadata(self) -> list[Metadata]:
        return [reader.metadata() for _, reader in sorted(self.readers.items())]


class Geo:
    """Places by address, with a small memory that holds no address (only its salted hash)."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._stamp: Stamp = ()
        self._data: _Data | None = None
        self._places: dict[int, Place] = {}
        self._older_places: dict[int, Place] = {}
        self.problem = "no geo database is set"

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Never raises; an empty path is no database."""
        geo = cls(Path(path) if str(path) else None)
        geo.reload_if_changed()
        return geo

    def place(self, ip: str) -> Place:
        data = self._data
        if data is None:
            return NOWHERE
        key = hash(ip)  # seeded per process, so that no address is kept in memory
        place = self._places.get(key) or self._older_places.get(key)
        if place is None:
            if len(self._places) >= CACHED_PLACES:
                self._older_places, self._places = self._places, {}
            place = self._places[key] = data.find(_plain(ip))
        return place

    def reload_if_changed(self) -> bool:
        """Take up files that changed on disk; called by a timer. True when something did.

        A new file that can't be read leaves the old data in use.
        """
        stamp = _stamp(self._path)
        if self._path is None or stamp == self._stamp:
            return False
        fresh = _Data(self._path)
        self._stamp = stamp
        self.problem = fresh.problem
        if fresh.readers:
            self._data, self._places, self._older_places = fresh, {}, {}
        return bool(fresh.readers)

    @property
    def built_at(self) -> datetime | None:
        """When the oldest part of the data was made."""
        epochs = [meta.build_epoch for meta in self._data.metadata()] if self._data else []
        return datetime.fromtimestamp(min(epochs), UTC) if epochs else None

    def age_days(self, now: datetime) -> int | None:
        built = self.built_at
        return None if built is None else int((now - built).total_seconds()) // DAY_SECONDS

    def describe(self, now: datetime) -> str:
        """The line for the start of a service: what is used and how old it is."""
        if self._data is None:
            return f"geo: no places, every country is unknown ({self._path or '-'}: {self.problem})"
        parts = ", ".join(f"{meta.database_type} ({meta.node_count} nodes)" for meta in
                          self._data.metadata())  # fmt: skip
        age = self.age_days(now) or 0
        old = ", which is OLD" if age > STALE_DAYS else ""
        names = "regions by ISO code" if self._data.regions else "regions as the data name them"
        doubt = f"; the file on disk can't be read: {self.problem}" if self.problem else ""
        return f"geo: {self._path}: {parts}, {age} days old{old}; {names}{doubt}"


def read_place(record: Record | None, regions: RegionNames) -> Place:
    if not isinstance(record, dict):
        return NOWHERE
    if isinstance(record.get("country", record.get("registered_country")), dict):
        return _nested_place(record)
    return _flat_place(record, regions)


def _nested_place(record: Mapping[str, Record]) -> Place:
    """MaxMind's form: country.iso_code, subdivisions[0].iso_code, city.names.en."""
    country = _text(record.get("country"), "iso_code") or _text(
        record.get("registered_country"), "iso_code"
    )
    subdivisions = record.get("subdivisions")
    first = subdivisions[0] if isinstance(subdivisions, list) and subdivisions else None
    code = _text(first, "iso_code")
    region = f"{country}-{code}" if country and code else _english(first)
    return Place(country, region, _english(record.get("city")))


def _flat_place(record: Mapping[str, Record], regions: RegionNames) -> Place:
    """The form of most other publishers: one level of plain texts."""
    country = (_text(record, "country_code") or _text(record, "country")).upper()
    country = country if len(country) == 2 else ""
    name = _text(record, "state1") or _text(record, "region") or _text(record, "state")
    # some put the district behind the city, in brackets: "Berlin (Bezirk Mitte)"
    city = _text(record, "city").partition(" (")[0]
    return Place(country, regions.iso_code(country, name), city)


def _english(named: Record | None) -> str:
    return _text(named.get("names"), "en") if isinstance(named, dict) else ""


def _text(record: Record | None, key: str) -> str:
    value = record.get(key) if isinstance(record, dict) else None
    return value if isinstance(value, str) else ""


def _plain(ip: str) -> str:
    """IPv4-mapped IPv6 as IPv4; without a zone."""
    if ":" not in ip:
        return ip
    packed = packed_address(ip)
    return ".".join(map(str, packed)) if len(packed) == 4 else ip.partition("%")[0]


def _open_readers(path: Path) -> dict[int, maxminddb.Reader]:
    """By IP version: a file for IPv6 has IPv4 too, unless there is one of its own."""
    readers = map(maxminddb.open_database, _files(path))
    return {reader.metadata().ip_version: reader for reader in readers}


def _files(path: Path) -> list[Path]:
    files = sorted(path.glob("*.mmdb")) if path.is_dir() else [path]
    if not files:
        raise FileNotFoundError(f"no .mmdb file in {path}")
    return files


def _regions_file(path: Path) -> Path:
    return (path if path.is_dir() else path.parent) / "regions.json"


def _stamp(path: Path | None) -> Stamp:
    """Changes whenever a file that would be read does."""
    if path is None:
        return ()
    try:
        files = [*_files(path), _regions_file(path)]
    except OSError:
        return (("", 0, 0, 0),)
    return tuple(_file_stamp(file) for file in files)


def _file_stamp(file: Path) -> tuple[str, int, int, int]:
    try:
        stat = file.stat()
    except OSError:
        return (file.name, 0, 0, 0)
    return (file.name, stat.st_mtime_ns, stat.st_size, stat.st_ino)
