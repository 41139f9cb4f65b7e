"""What a destination may be: a registry of types, each with its fields and where it leads.

A new type is one model here, in `Target` and in `TargetType`; `leading` is the field that a refusal
of where it leads is told at.
"""

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field

from qz_api.http.schema import In
from qz_common.urls import UrlPolicy, admit, mailto, map_place, map_point, sms, tel, whatsapp

Url = Annotated[str, Field(min_length=1, max_length=2048)]
Number = Annotated[str, Field(min_length=3, max_length=40)]
Text = Annotated[str, Field(max_length=1000)]


class Kind(In):
    words: ClassVar[bool] = False
    """It has texts beside the field that leads somewhere."""


class UrlTarget(Kind):
    leading: ClassVar[str] = "url"
    type: Literal["url"]
    url: Url

    def location(self, policy: UrlPolicy) -> str:
        return admit(self.url, policy).location


class AppTarget(Kind):
    """The page of an app; links with an app link per platform say so themselves."""

    leading: ClassVar[str] = "url"
    type: Literal["app"]
    url: Url

    def location(self, policy: UrlPolicy) -> str:
        return admit(self.url, policy).location


class WhatsAppTarget(Kind):
    leading: ClassVar[str] = "number"
    words: ClassVar[bool] = True
    type: Literal["whatsapp"]
    number: Number
    text: Text = ""

    def location(self, policy: UrlPolicy) -> str:
        return whatsapp(self.number, self.text)


class PhoneTarget(Kind):
    leading: ClassVar[str] = "number"
    type: Literal["phone"]
    number: Number

    def location(self, policy: UrlPolicy) -> str:
        return tel(self.number)


class SmsTarget(Kind):
    leading: ClassVar[str] = "number"
    words: ClassVar[bool] = True
    type: Literal["sms"]
    number: Number
    text: Text = ""

    def location(self, policy: UrlPolicy) -> str:
        return sms(self.number, self.text)


class EmailTarget(Kind):
    leading: ClassVar[str] = "address"
    words: ClassVar[bool] = True
    type: Literal["email"]
    address: Annotated[str, Field(min_length=3, max_length=320)]
    subject: Text = ""
    body: Text = ""

    def location(self, policy: UrlPolicy) -> str:
        return mailto(self.address, self.subject, self.body)


class MapTarget(Kind):
    """A place by name or address, or a point."""

    leading: ClassVar[str] = "place"
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
TargetType: TypeAlias = Literal["url", "app", "whatsapp", "phone", "sms", "email", "map"]
