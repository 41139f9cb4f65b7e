"""A place on the map (RFC 5870)."""

from dataclasses import dataclass
from typing import ClassVar, Self
from urllib.parse import quote

from qz_render.fields import Fields


@dataclass(frozen=True, slots=True)
class Geo:
    kind: ClassVar[str] = "geo"
    latitude: float
    longitude: float
    label: str = ""

    @classmethod
    def read(cls, fields: Fields) -> Self:
        for name in ("latitude", "longitude"):
            if not fields.has(name):
                fields.complain(name, "is required", "required")
        return cls(
            latitude=fields.number("latitude", -90, 90, 0),
            longitude=fields.number("longitude", -180, 180, 0),
            label=fields.text("label", limit=100),
        )

    def payload(self) -> str:
        place = f"{_degrees(self.latitude)},{_degrees(self.longitude)}"
        return f"geo:{place}" + (f"?q={place}({quote(self.label, safe='')})" if self.label else "")


def _degrees(value: float) -> str:
    """Six decimals are a tenth of a metre."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
