"""An app in its stores: one link for everybody, or the store's own where only one is named."""

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from qz_render.content.url import is_web_url
from qz_render.fields import Fields

_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+\Z")
_STORE_ID = re.compile(r"(id)?[0-9]{4,15}\Z")


@dataclass(frozen=True, slots=True)
class App:
    kind: ClassVar[str] = "app"
    ios: str = ""
    android: str = ""
    url: str = ""

    @classmethod
    def read(cls, fields: Fields) -> Self:
        app = cls(
            ios=fields.text("ios", pattern=_is_ios, expected="an App Store id or URL"),
            android=fields.text("android", pattern=_is_android, expected="a package name or URL"),
            url=fields.text("url", limit=1000, pattern=is_web_url, expected="an http(s) URL"),
        )
        if not (app.ios or app.android or app.url) and not fields.problems:
            fields.complain("", "name ios, android or url", "required")
        if app.ios and app.android and not app.url:
            fields.complain("url", "is required beside both stores: other devices open it")
        return app

    @property
    def links(self) -> dict[str, str]:
        """The link for each platform that has one of its own."""
        store = {"ios": self._ios_link(), "android": self._android_link()}
        return {platform: link for platform, link in store.items() if link}

    def payload(self) -> str:
        return self.url or next(iter(self.links.values()))

    def _ios_link(self) -> str:
        if not self.ios or is_web_url(self.ios):
            return self.ios
        return f"https://apps.apple.com/app/id{self.ios.removeprefix('id')}"

    def _android_link(self) -> str:
        if not self.android or is_web_url(self.android):
            return self.android
        return f"https://play.google.com/store/apps/details?id={self.android}"


def _is_ios(text: str) -> bool:
    return bool(_STORE_ID.match(text)) or is_web_url(text)


def _is_android(text: str) -> bool:
    return bool(_PACKAGE.match(text)) or is_web_url(text)
