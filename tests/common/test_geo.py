"""Places from real mmdb files in both forms, and what happens when files come and go."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from qz_common.geo import CACHED_PLACES, NOWHERE, Geo, Place, read_place
from qz_common.region_names import RegionNames
from tests.fixtures.geo import write_geo

NESTED: dict[str, Any] = {
    "country": {"iso_code": "BR", "names": {"en": "Brazil"}},
    "registered_country": {"iso_code": "US"},
    "subdivisions": [{"iso_code": "SP", "names": {"en": "São Paulo"}}, {"iso_code": "X"}],
    "city": {"names": {"en": "Campinas", "de": "Kampinas"}},
}
FLAT: dict[str, Any] = {
    "country_code": "pt", "state1": "Lisbon", "state2": "", "city": "Sintra", "latitude": 38.8
}  # fmt: skip


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return write_geo(
        tmp_path / "city.mmdb", {"203.0.113.0/24": NESTED, "2001:db8::/32": NESTED,
                                 "198.51.100.0/24": FLAT}
    )  # fmt: skip


CAMPINAS = Place("BR", "BR-SP", "Campinas")
SINTRA = Place("PT", "Lisbon", "Sintra")


@pytest.mark.parametrize(
    ("ip", "place"),
    [
        ("203.0.113.9", CAMPINAS),
        ("::ffff:203.0.113.9", CAMPINAS),
        ("::ffff:cb00:7109", CAMPINAS),
        ("2001:db8::7", CAMPINAS),
        ("2001:db8::7%eth0", CAMPINAS),
        ("198.51.100.1", SINTRA),
        ("192.0.2.1", NOWHERE),
        ("::1", NOWHERE),
        ("", NOWHERE),
        ("unknown", NOWHERE),
        ("300.1.1.1", NOWHERE),
        ("::ffff:300.1.1.1", NOWHERE),
    ],
)
def test_an_address_has_a_place(database: Path, ip: str, place: Place) -> None:
    geo = Geo.open(database)
    assert geo.place(ip) == place
    assert geo.place(ip) == place, "from memory too"


@pytest.mark.parametrize(
    ("record", "place"),
    [
        (None, NOWHERE),
        ("BR", NOWHERE),
        ({}, NOWHERE),
        ({"country": {"iso_code": "BR"}}, Place("BR")),
        ({"registered_country": {"iso_code": "US"}}, Place("US")),
        ({"country": {}, "subdivisions": [], "city": {}}, NOWHERE),
        ({"country": {"iso_code": "BR"}, "subdivisions": [{"names": {"en": "Acre"}}]},
         Place("BR", "Acre")),
        ({"country": {"iso_code": 7}, "subdivisions": "SP", "city": "Rio"}, NOWHERE),
        ({"country": "US", "region": "California", "city": "Davis"},
         Place("US", "California", "Davis")),
        ({"country_code": "DE", "state1": "Berlin"}, Place("DE", "Berlin")),
        ({"country_code": "DE", "state1": "Berlin", "city": "Berlin (Bezirk Mitte)"},
         Place("DE", "Berlin", "Berlin")),
        ({"country": "Germany"}, NOWHERE),
        ({"country_code": 49, "city": ["x"]}, NOWHERE),
    ],
)  # fmt: skip
def test_records_of_both_forms_are_read(record: Any, place: Place) -> None:
    assert read_place(record, RegionNames({})) == place


def test_names_of_regions_become_codes_when_the_table_is_there(database: Path) -> None:
    (database.parent / "regions.json").write_text('{"PT": {"lisbon": "11"}}')
    geo = Geo.open(database)
    assert geo.place("198.51.100.1") == Place("PT", "PT-11", "Sintra")
    assert "regions by ISO code" in geo.describe(datetime.now(UTC))


def test_a_broken_table_of_regions_costs_the_codes_only(database: Path) -> None:
    (database.parent / "regions.json").write_text("[]")
    geo = Geo.open(database)
    assert geo.place("198.51.100.1") == SINTRA
    assert "ValidationError" in geo.describe(datetime.now(UTC))


def test_a_folder_has_a_file_for_each_family(tmp_path: Path) -> None:
    write_geo(tmp_path / "city-ipv4.mmdb", {"198.51.100.0/24": FLAT}, ip_version=4)
    write_geo(tmp_path / "city-ipv6.mmdb", {"2001:db8::/32": NESTED})
    geo = Geo.open(tmp_path)
    assert geo.place("198.51.100.1") == SINTRA
    assert geo.place("2001:db8::1") == CAMPINAS


def test_a_file_for_ipv4_alone_knows_no_ipv6(tmp_path: Path) -> None:
    geo = Geo.open(write_geo(tmp_path / "v4.mmdb", {"198.51.100.0/24": FLAT}, ip_version=4))
    assert geo.place("2001:db8::1") == NOWHERE
    assert geo.place("198.51.100.1") == SINTRA


NOW = datetime(2026, 5, 19, tzinfo=UTC)


@pytest.mark.parametrize("content", [None, b"", b"not a database", b"\xab\xcd\xefMaxMind.com"])
def test_without_usable_data_every_place_is_nowhere_and_the_reason_is_said(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "city.mmdb"
    if content is not None:
        path.write_bytes(content)
    geo = Geo.open(path)
    assert geo.place("203.0.113.9") == NOWHERE
    assert geo.problem
    assert geo.problem in geo.describe(NOW)
    assert geo.age_days(NOW) is None


def test_no_path_and_an_empty_folder_are_no_data(tmp_path: Path) -> None:
    assert "no geo database is set" in Geo.open("").describe(NOW)
    assert "no .mmdb file" in Geo.open(tmp_path).describe(NOW)
    assert not Geo.open("").reload_if_changed()


def test_age_and_kind_of_the_data_are_told(database: Path) -> None:
    geo = Geo.open(database)
    built = geo.built_at
    assert built is not None
    assert geo.age_days(built + timedelta(days=3, hours=5)) == 3
    told = geo.describe(built + timedelta(days=3))
    assert "test-city" in told
    assert "3 days old;" in told
    assert "OLD" in geo.describe(built + timedelta(days=200))


def test_a_replaced_file_is_taken_up_and_an_unchanged_one_is_not(database: Path) -> None:
    geo = Geo.open(database)
    assert geo.place("203.0.113.9") == CAMPINAS
    assert not geo.reload_if_changed()
    write_geo(database, {"203.0.113.0/24": FLAT})
    assert geo.reload_if_changed()
    assert geo.place("203.0.113.9") == SINTRA


def test_a_file_that_comes_later_is_taken_up(tmp_path: Path) -> None:
    geo = Geo.open(tmp_path / "city.mmdb")
    assert not geo.reload_if_changed()
    write_geo(tmp_path / "city.mmdb", {"203.0.113.0/24": FLAT})
    assert geo.reload_if_changed()
    assert geo.place("203.0.113.9") == SINTRA
    assert geo.problem == ""


@pytest.mark.parametrize("loss", ["gone", "broken"])
def test_a_file_that_goes_bad_leaves_the_old_data_in_use(database: Path, loss: str) -> None:
    geo = Geo.open(database)
    if loss == "broken":
        bad = database.with_suffix(".bad")
        bad.write_bytes(b"nonsense")
        os.replace(bad, database)
    else:
        database.unlink()
    assert not geo.reload_if_changed()
    assert geo.place("203.0.113.9") == CAMPINAS
    assert geo.problem in geo.describe(NOW)


def test_memory_holds_few_places_and_no_address(database: Path) -> None:
    geo = Geo.open(database)
    for number in range(3 * CACHED_PLACES):
        geo.place(f"203.0.{number // 256}.{number % 256}")
    assert len(geo._places) <= CACHED_PLACES
    assert len(geo._older_places) <= CACHED_PLACES
    assert all(isinstance(key, int) for key in geo._places)
    assert geo.place("203.0.113.9") == CAMPINAS
