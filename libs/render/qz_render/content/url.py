"""A web address."""

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from qz_render.fields import Fields

_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]{1,30}:[^\s<>\"{}|\\^`]+\Z")
_WEB = re.compile(r"https?://[^/?#\s]+", re.IGNORECASE)
_NOT_OPENED = ("javascript:", "data:", "vbscript:", "file:", "blob:")


@dataclass(frozen=True, slots=True)
class Url:
    kind: ClassVar[str] = "url"
    url: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        expected = "an absolute URL such as https://example.com/page"
        return cls(fields.text("url", required=True, limit=2048, pattern=is_url, expected=expected))

    def payload(self) -> str:
        return self.url


def is_url(text: str) -> bool:
    """Absolute, without spaces, and of a scheme that opens something rather than runs it."""
    lowered = text.lower()
    if lowered.startswith(_NOT_OPENED) or not _URL.match(text):
        return False
    return bool(_WEB.match(text)) if lowered.startswith(("http:", "https:")) else True


def is_web_url(text: str) -> bool:
    return is_url(text) and bool(_WEB.match(text))
