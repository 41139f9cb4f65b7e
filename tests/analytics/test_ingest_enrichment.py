"""What a user agent, a referrer and the edge's hints make of a scan, over a corpus of goldens."""

import pytest

from qz_analytics.ingest.agents import agent_of
from qz_analytics.ingest.columns import scan_method
from qz_analytics.ingest.referrers import referrer_of, source_class
from qz_analytics.ingest.verdict import judge
from qz_common.events import Hints
from tests.analytics.scans import IPHONE, scan

SAMSUNG = (
    "Mozilla/5.0 (Linux; Android 14; SM-S928B) AppleWebKit/537.36 (KHTML, like Gecko) "
    "SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36"
)
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36"
)
IPAD = (
    "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/16.6 Mobile/15E148 Safari/604.1"
)
INSTAGRAM = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Mobile/15E148 Instagram 320.0.0.32.110 (iPhone15,3; iOS 17_4; de_DE)"
)
BARCODE = "Barcode Scanner/4.7.8 (Android 12; Pixel 6) ZXing"
PIXEL = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 9 Pro) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Mobile Safari/537.36"
)
CUBOT = (
    "Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/87.0.4280.101 Mobile Safari/537.36"
)


@pytest.mark.parametrize(
    ("ua", "device", "os", "browser", "brand"),
    [
        (IPHONE, "phone", "ios", "safari", "apple"),
        (IPAD, "tablet", "ipados", "safari", "apple"),
        (SAMSUNG, "phone", "android", "samsung", "samsung"),
        (PIXEL, "phone", "android", "chrome", "google"),
        (CHROME, "desktop", "windows", "chrome", ""),
        (INSTAGRAM, "phone", "ios", "instagram", "apple"),
        (CUBOT, "phone", "android", "chrome", ""),
        ("", "", "", "", ""),
        ("\x00\x01", "", "", "", ""),
        ("ü" * 400, "", "", "", ""),
    ],
)
def test_agents_are_named_as_the_golden_says(
    ua: str, device: str, os: str, browser: str, brand: str
) -> None:
    agent = agent_of(ua)
    assert (agent.device, agent.os, agent.browser, agent.brand) == (device, os, browser, brand)


@pytest.mark.parametrize(
    ("ua", "verdict", "reason"),
    [
        (IPHONE, "human", ""),
        (INSTAGRAM, "human", ""),
        (CUBOT, "human", ""),
        (BARCODE, "human", ""),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://google.com)", "bot", "crawler"),
        ("curl/8.5.0", "bot", "crawler"),
        ("python-requests/2.32", "bot", "crawler"),
        ("GPTBot/1.2 (+https://openai.com/gptbot)", "bot", "crawler"),
        ("facebookexternalhit/1.1 (+http://www.facebook.com)", "preview", "unfurler"),
        ("WhatsApp/2.23.20.0", "preview", "unfurler"),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "preview", "unfurler"),
        ("Mozilla/5.0 (compatible; Discordbot/2.0)", "preview", "unfurler"),
        ("TelegramBot (like TwitterBot)", "preview", "unfurler"),
        ("", "bot", "no_agent"),
    ],
)  # fmt: skip
def test_agents_are_judged_as_the_golden_says(ua: str, verdict: str, reason: str) -> None:
    assert judge(scan(ua=ua), agent_of(ua)) == (verdict, reason)


@pytest.mark.parametrize(
    ("change", "ruling"),
    [
        ({"hints": Hints(purpose="prefetch;prerender")}, ("prefetch", "purpose")),
        ({"hints": Hints(purpose="preview")}, ("preview", "purpose")),
        ({"method": "HEAD"}, ("preview", "head")),
        ({"method": "POST"}, ("repeat", "form")),
        ({"hints": Hints(bot_network=True)}, ("bot", "network")),
        ({"hints": Hints(repeat=True)}, ("repeat", "ten_seconds")),
        ({"hints": Hints(repeat=True), "method": "HEAD"}, ("preview", "head")),
    ],
)
def test_hints_of_the_edge_decide(change: dict[str, object], ruling: tuple[str, str]) -> None:
    event = scan(**change)
    assert judge(event, agent_of(event.ua)) == ruling


@pytest.mark.parametrize(
    ("change", "method"),
    [
        ({"source": "symbol"}, "camera"),
        ({"source": "symbol", "ua": BARCODE}, "app_scanner"),
        ({"source": "link", "ua": BARCODE}, "app_scanner"),
        ({"source": "symbol", "ua": INSTAGRAM}, "app_scanner"),
        ({"source": "link", "ua": INSTAGRAM}, "link"),
        ({"source": "link"}, "manual_entry"),
        ({"source": "link", "referrer": "https://t.co/x"}, "link"),
        ({"source": "symbol", "hints": Hints(uploaded=True)}, "file_upload"),
    ],
)
def test_how_it_was_scanned(change: dict[str, object], method: str) -> None:
    event = scan(**change)
    assert scan_method(event, agent_of(event.ua)) == method


@pytest.mark.parametrize(
    ("referrer", "host", "kind"),
    [
        ("https://www.google.de/", "google.de", "search"),
        ("https://l.instagram.com/?u=x", "l.instagram.com", "social"),
        ("https://mail.google.com/", "mail.google.com", "email"),
        ("android-app://com.slack/", "com.slack", "messaging"),
        ("https://t.co/abc", "t.co", "social"),
        ("https://shop.example/a", "shop.example", "referral"),
        ("not a url", "", ""),
        ("https://", "", ""),
        ("", "", ""),
    ],
)
def test_referrers_have_a_host_and_a_class(referrer: str, host: str, kind: str) -> None:
    assert referrer_of(referrer) == (host, kind)


def test_the_campaign_says_more_than_the_referrer() -> None:
    assert source_class("Email", "social", symbol=False) == "email"
    assert source_class("", "social", symbol=True) == "social"
    assert source_class("", "", symbol=True) == "print"
    assert source_class("nonsense", "", symbol=False) == "direct"
