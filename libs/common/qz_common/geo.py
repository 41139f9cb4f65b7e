"""From an address to a place, by one database file that may be missing, old or replaced."""

import unicodedata
from functools import lru_cache

import msgspec


class Place(msgspec.Struct, frozen=True, gc=False):
    """ISO 3166-1 country, ISO 3166-2 region (or the name in the data), city; empty is unknown."""

    country: str = ""
    region: str = ""
    city: str = ""


NOWHERE = Place()


@lru_cache(8192)
def fold_name(name: str) -> str:
    """A name without case, accents and outer blanks, for comparing."""
    plain = unicodedata.normalize("NFKD", name.strip().casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
