"""What a destination may be: a registry of types, each with its fields and where it leads.

A new type is one model here and one line in `Target`.
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from qz_api.http.schema import In
from qz_common.urls import UrlPolicy, admit, mailto, map_place, map_point, sms, tel, whatsapp

Url = Annotated[str, Field(min_length=1, max_length=2048)]
Number = Annotated[str, Field(min_length=3, max_length=40)]
Text = Annotated[str, Field(max_length=1000)]


class UrlTarget(In):
    type: Literal["url"]
    url: Url

    def location(self, policy: UrlPolicy) -> str:
        return admit(self.url, policy).location


class AppTarget(In):
    """The page of an app; links with an app link per platform say so themselves."""

    type: Literal["app"]
    url: Url

    def location(self, policy: UrlPolicy) -> str:
        return admit(self.url, policy).location


class WhatsAppTarget(In):
    type: Literal["whatsapp"]
    number: Number
    text: Text = ""

    def location(self, policy: UrlPolicy) -> str:
        return whatsapp(self.number, self.text)


class PhoneTarget(In):
    type: Literal["phone"]
    number: Number

    def location(self, policy: UrlPolicy) -> str:
        return tel(self.number)


class SmsTarget(In):
    type: Literal["sms"]
    number: Number
    text: Text = ""

    def location(self, policy: UrlPolicy) -> str:
        return sms(self.number, self.text)


class EmailTarget(In):
    type: Literal["email"]
    address: Annotated[str, Field(min_length=3, max_length=320)]
    subject: Text = ""
    body: Text = ""

    def location(self, policy: UrlPolicy) -> str:
        return mailto(self.address, self.subject, self.body)


class MapTarget(In):
    """A place by name or address, or a point."""

    type: Literal["map"]
    place: Text = ""
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    provider: Literal["google", "apple", "osm"] = "google"

    def location(self, policy: UrlPolicy) -> str:
        if self.latitude is not None and self.longitude is not None:
            return map_point(self.latitude, self.longitude, self.provider)
        return map_place(self.place, self.provider)


Target: TypeAlias = Annotated[
    UrlTarget | AppTarget | WhatsAppTarget | PhoneTarget | SmsTarget | EmailTarget | MapTarget,
    Field(discriminator="type"),
]
