"""What a user agent is, by plain substrings: device, operating system, browser."""

import msgspec

DEVICES = ("phone", "tablet", "desktop", "tv", "console", "watch", "bot")
MOBILE = ("phone", "tablet")
SYSTEMS = ("ios", "ipados", "android")
BROWSERS = ("safari", "chrome")
IN_APP = ("instagram", "facebook")


class Client(msgspec.Struct, frozen=True, gc=False):
    device: str = ""
    os: str = ""
    browser: str = ""


UNKNOWN_CLIENT = Client()


def describe(user_agent: bytes) -> Client:
    return UNKNOWN_CLIENT
