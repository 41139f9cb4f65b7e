"""Names of regions to ISO 3166-2 codes, forgiving in how a name is written.

The table is JSON, `{"BR": {"saopaulo": "SP"}}`, made by deploy/geo. A name is looked up twice:
by its letters, then by its words in any order without those that only say what kind of region
it is (`State of Berlin`, `Gyeonggi-do`). A key that could mean two regions is not in the table.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Self

import msgspec

Table = Mapping[str, Mapping[str, str]]
_KIND_WORDS = """
state of the province region governorate county oblast city prefecture district department krai
republic municipality metropolitan capital canton voivodeship territory d c f do parish wilayah
wilaya division autonomous community
"""
KIND_WORDS = frozenset(_KIND_WORDS.split())


@lru_cache(8192)
def fold_name(name: str) -> str:
    """A name without case, accents and outer blanks, for comparing."""
    plain = unicodedata.normalize("NFKD", name.strip().casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def name_keys(name: str) -> tuple[str, str]:
    """The strict key and the loose one; empty for a name without letters."""
    letters = (letter if letter.isalnum() else " " for letter in fold_name(name))
    words = "".join(letters).split()
    telling = [word for word in words if word not in KIND_WORDS]
    return "".join(words), "~" + "".join(sorted(telling or words))


def name_table(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Keys to codes for the (name, code) pairs of one country, those with two meanings left out."""
    table: dict[str, str] = {}
    doubtful: set[str] = set()
    for name, code in names:
        for key in name_keys(name):
            if table.setdefault(key, code) != code:
                doubtful.add(key)
    return {key: code for key, code in table.items() if key not in doubtful}


class RegionNames:
    def __init__(self, table: Table) -> None:
        self._table = table

    def __bool__(self) -> bool:
        return bool(self._table)

    @classmethod
    def read(cls, path: Path) -> Self:
        """No file, no names; ValueError when it is not such a table."""
        if not path.exists():
            return cls({})
        return cls(msgspec.json.decode(path.read_bytes(), type=dict[str, dict[str, str]]))

    def iso_code(self, country: str, name: str) -> str:
        """`BR-SP` when the table knows it, else the name as it came."""
        codes = self._table.get(country)
        if not codes or not name:
            return name
        strict, loose = name_keys(name)
        code = codes.get(strict) or codes.get(loose)
        return f"{country}-{code}" if code else name
