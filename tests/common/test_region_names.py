"""Names of regions, as several publishers write them, to ISO codes."""

import pytest

from qz_common.region_names import RegionNames, fold_name, name_table

GERMANY = name_table([("Land Berlin", "BE"), ("Berlin", "BE"), ("Bayern", "BY"), ("Bavaria", "BY")])
KOREA = name_table([("Gyeonggi", "41"), ("Seoul", "11")])
ARGENTINA = name_table(
    [("Buenos Aires", "B"), ("Ciudad de Buenos Aires", "C"), ("Buenos Aires F.D.", "C")]
)
NAMES = RegionNames({"DE": GERMANY, "KR": KOREA, "AR": ARGENTINA})


@pytest.mark.parametrize(
    ("country", "name", "expected"),
    [
        ("DE", "Bavaria", "DE-BY"),
        ("DE", "BAYERN", "DE-BY"),
        ("DE", "Báyern", "DE-BY"),
        ("DE", "State of Berlin", "DE-BE"),
        ("KR", "Gyeonggi-do", "KR-41"),
        ("KR", "Seoul", "KR-11"),
        ("AR", "Buenos Aires", "AR-B"),
        ("AR", "Buenos Aires F.D.", "AR-C"),
        ("AR", "Province of Buenos Aires", "Province of Buenos Aires"),
        ("DE", "Atlantis", "Atlantis"),
        ("FR", "Bavaria", "Bavaria"),
        ("DE", "", ""),
        ("DE", "-", "-"),
    ],
)
def test_a_name_becomes_a_code_only_when_it_can_mean_one_region(
    country: str, name: str, expected: str
) -> None:
    assert NAMES.iso_code(country, name) == expected


def test_names_are_folded_for_comparing() -> None:
    assert fold_name(" São PAULO ") == fold_name("sao paulo") == "sao paulo"
    assert fold_name("Straße") == "strasse"
