"""A network to join, in the form phones have agreed on (WIFI:…;;)."""

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from qz_render.fields import Fields

_SPECIAL = re.compile(r'([\\;,:"])')
_HEX = re.compile(r"[0-9a-fA-F]+\Z")
# WPA3 is announced as WPA: phones pick the best both sides know, and most can't read T:SAE.
_TYPE = {"open": "nopass", "WEP": "WEP", "WPA": "WPA", "WPA2": "WPA", "WPA3": "WPA"}
_WEP_KEYS = (5, 13, 10, 26)


@dataclass(frozen=True, slots=True)
class Wifi:
    kind: ClassVar[str] = "wifi"
    ssid: str
    password: str = ""
    security: str = "WPA2"
    hidden: bool = False

    @classmethod
    def read(cls, fields: Fields) -> Self:
        default = "WPA2" if fields.has("password") else "open"
        wifi = cls(
            ssid=fields.text("ssid", required=True, limit=32),
            password=fields.text("password", limit=64),
            security=fields.choice("security", tuple(_TYPE), default),
            hidden=fields.flag("hidden"),
        )
        wifi._check(fields)
        return wifi

    def _check(self, fields: Fields) -> None:
        if len(self.ssid.encode()) > 32:
            fields.complain("ssid", "must have at most 32 bytes")
        if self.security == "open":
            if self.password:
                fields.complain("password", "an open network has none")
        elif not self._password_fits():
            fields.complain("password", "must be a WEP key or have 8 to 63 characters for WPA")

    def _password_fits(self) -> bool:
        length = len(self.password)
        if self.security == "WEP":
            return length in _WEP_KEYS and (length < 10 or length == 13 or is_hex(self.password))
        return 8 <= length <= 63 or (length == 64 and is_hex(self.password))

    def payload(self) -> str:
        parts = [f"T:{_TYPE[self.security]}", f"S:{_value(self.ssid)}"]
        if self.password:
            parts.append(f"P:{_value(self.password)}")
        if self.hidden:
            parts.append("H:true")
        return f"WIFI:{';'.join(parts)};;"


def is_hex(text: str) -> bool:
    return bool(_HEX.match(text))


def _value(text: str) -> str:
    """Escaped, never quoted: the phones' own scanners would take quotes as part of the value."""
    return _SPECIAL.sub(r"\\\1", text)
