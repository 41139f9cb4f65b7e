"""What a user agent tells, worked out once per text and kept for the next fifty thousand scans.

The edge's own table names device, system and browser first, so that a chart agrees with a rule;
ua-parser names what that table doesn't know, and the brand. Scanner apps are recognised before
any list of crawlers, because such lists call "Barcode Scanner" a bot.
"""

from functools import lru_cache
from typing import NamedTuple

import ua_parser

from qz_analytics.ingest.crawlers import is_crawler
from qz_common.device import IN_APP, describe

KEPT = 50_000
UNKNOWN_FAMILY = frozenset({"", "Other", "Spider"})
BRANDLESS = frozenset({"", "Generic", "Generic_Android", "Generic_Inettv", "Spider", "Other"})

SCANNER_APPS = (
    ("barcode scanner", "barcode_scanner"),
    ("barcodescanner", "barcode_scanner"),
    ("com.google.zxing", "zxing"),
    ("zxing", "zxing"),
    ("qr code reader", "qr_code_reader"),
    ("qrcodereader", "qr_code_reader"),
    ("qr code scanner", "qr_code_scanner"),
    ("qr scanner", "qr_scanner"),
    ("qrscanner", "qr_scanner"),
    ("qr reader", "qr_reader"),
    ("qrreader", "qr_reader"),
    ("qr droid", "qr_droid"),
    ("qrdroid", "qr_droid"),
    ("qrbot", "qrbot"),
    ("qr & barcode", "qr_barcode"),
    ("neoreader", "neoreader"),
    ("i-nigma", "i_nigma"),
    ("scanlife", "scanlife"),
    ("quickmark", "quickmark"),
    ("redlaser", "redlaser"),
    ("scandit", "scandit"),
    ("scanbot", "scanbot"),
    ("kaspersky qr", "kaspersky_qr"),
    ("codereader", "code_reader"),
    ("google lens", "google_lens"),
)
"""Lower-case needle and name; the first found is the app."""

UNFURLERS = (
    "facebookexternalhit", "facebookcatalog", "facebot", "twitterbot", "slackbot", "slack-img",
    "discordbot", "telegrambot", "linkedinbot", "pinterestbot", "pinterest/0.", "skypeuripreview",
    "whatsapp/", "redditbot", "embedly", "iframely", "vkshare", "bingpreview", "mastodon/",
    "google-pagerenderer", "google web preview", "snap url preview", "viber/", "line-poker",
    "kakaotalk-scrap", "yahoo link preview", "ms-teams", "microsoftpreview", "bitlybot",
    "link preview", "linkpreview", "tumblr/", "bluesky cardyb", "zoombot", "applebot-preview",
)  # fmt: skip
"""Lower-case needles of those who fetch a link to show a card of it."""


class Agent(NamedTuple):
    device: str
    os: str
    browser: str
    brand: str
    scanner_app: str
    in_app: bool
    unfurler: bool
    crawler: bool


def warm_up() -> None:
    """Reads the tables of both parsers, which takes a second, before the first scan needs them."""
    agent_of("warm up")


@lru_cache(KEPT)
def agent_of(text: str) -> Agent:
    if not text:
        return Agent("", "", "", "", "", False, False, False)
    lower = text.lower()
    scanner = next((name for needle, name in SCANNER_APPS if needle in lower), "")
    unfurler = not scanner and any(needle in lower for needle in UNFURLERS)
    crawler = unfurler or (not scanner and is_crawler(text))
    client = describe(text.encode())
    parsed = ua_parser.parse(text)
    return Agent(
        device=_device(client.device, crawler),
        os=client.os or _family(parsed.os),
        browser=client.browser or _family(parsed.user_agent),
        brand=_brand(parsed.device),
        scanner_app=scanner,
        in_app=client.browser in IN_APP,
        unfurler=unfurler,
        crawler=crawler,
    )


def _device(told: str, crawler: bool) -> str:
    if crawler:
        return "bot"
    return "" if told == "bot" else told


def _family(found: ua_parser.OS | ua_parser.UserAgent | None) -> str:
    family = found.family if found else ""
    return "" if family in UNKNOWN_FAMILY else family.lower().replace(" ", "_")


def _brand(found: ua_parser.Device | None) -> str:
    brand = (found.brand if found else "") or ""
    return "" if brand in BRANDLESS else brand.lower()
