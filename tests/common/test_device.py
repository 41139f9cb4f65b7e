"""User agents as they are sent, and what is told from them."""

import pytest

from qz_common.device import BROWSERS, DEVICES, IN_APP, SYSTEMS, describe

MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
WIN = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)"
IPAD = "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X)"
PIXEL = "Mozilla/5.0 (Linux; Android 14; Pixel 8)"
WEBVIEW = "Mozilla/5.0 (Linux; Android 14; SM-S918B; wv)"
TAB = "Mozilla/5.0 (Linux; Android 13; SM-X700)"
KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"

AGENTS = [
    (f"{IPHONE} {APPLE} Version/17.5 Mobile/15E148 Safari/604.1", "phone ios safari"),
    (f"{IPHONE} {APPLE} CriOS/125.0 Mobile/15E148 Safari/604.1", "phone ios chrome"),
    (f"{IPHONE} {APPLE} FxiOS/126.0 Mobile/15E148 Safari/605.1.15", "phone ios firefox"),
    (f"{IPHONE} {APPLE} Version/17.0 EdgiOS/124.0 Mobile/15E148 Safari/605.1.15", "phone ios edge"),
    (f"{IPHONE} {APPLE} Mobile/15E148", "phone ios webview"),
    (f"{IPHONE} {APPLE} Mobile/15E148 Instagram 334.0.4.32.98 (iPhone15,3; iOS 17_5)",
     "phone ios instagram"),
    (f"{IPHONE} {APPLE} Mobile/15E148 [FBAN/FBIOS;FBAV/466.0.0.30;FBDV/iPhone14,2]",
     "phone ios facebook"),
    (f"{IPHONE} {APPLE} Mobile/15E148 [FBAN/MessengerForiOS;FBAV/450.0]", "phone ios messenger"),
    (f"{IPHONE} {APPLE} Mobile/15E148 musical_ly_34.5.0 BytedanceWebview/d8a21c6",
     "phone ios tiktok"),
    (f"{IPHONE} {APPLE} Mobile/15E148 MicroMessenger/8.0.49 NetType/WIFI", "phone ios wechat"),
    (f"{IPHONE} {APPLE} Mobile/15E148 Safari Line/14.7.0", "phone ios line"),
    (f"{IPHONE} {APPLE} GSA/318.0 Mobile/15E148 Safari/604.1", "phone ios google"),
    (f"{IPHONE} {APPLE} Mobile/15E148 LinkedInApp/9.29", "phone ios linkedin"),
    (f"{IPHONE} {APPLE} Mobile/15E148 Snapchat/12.90", "phone ios snapchat"),
    (f"{IPHONE} {APPLE} Mobile/21F79 Twitter for iPhone/10.43", "phone ios x"),
    (f"{IPHONE} {APPLE} Version/17.4 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
     "phone ios duckduckgo"),
    ("Mozilla/5.0 (iPod touch; CPU iPhone OS 12_0 like Mac OS X) Version/12.0 Mobile Safari/604.1",
     "phone ios safari"),
    (f"{IPAD} {APPLE} Version/16.6 Mobile/15E148 Safari/604.1", "tablet ipados safari"),
    (f"{IPAD} {APPLE} CriOS/125.0 Mobile/15E148 Safari/604.1", "tablet ipados chrome"),
    (f"{MAC} {APPLE} Mobile/15E148 Instagram 300.0", "tablet ipados instagram"),
    (f"{MAC} {APPLE} Mobile/15E148", "tablet ipados webview"),
    (f"{MAC} {APPLE} Version/17.5 Safari/605.1.15", "desktop macos safari"),
    (f"{MAC} {KIT} Chrome/125.0.0.0 Safari/537.36", "desktop macos chrome"),
    (f"{PIXEL} {KIT} Chrome/125.0.0.0 Mobile Safari/537.36", "phone android chrome"),
    (f"{PIXEL} {KIT} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
     "phone android samsung"),
    (f"{PIXEL} {KIT} Chrome/124.0.0.0 Mobile Safari/537.36 OPR/82.0", "phone android opera"),
    (f"{PIXEL} {KIT} Chrome/124.0.0.0 Mobile Safari/537.36 EdgA/124.0", "phone android edge"),
    ("Mozilla/5.0 (Android 14; Mobile; rv:126.0) Gecko/126.0 Firefox/126.0",
     "phone android firefox"),
    ("Mozilla/5.0 (Android 14; Tablet; rv:126.0) Gecko/126.0 Firefox/126.0",
     "tablet android firefox"),
    (f"{WEBVIEW} {KIT} Version/4.0 Chrome/125.0.0.0 Mobile Safari/537.36", "phone android webview"),
    (f"{WEBVIEW} {KIT} Version/4.0 Chrome/125.0 Mobile Safari/537.36 Instagram 334.0 Android",
     "phone android instagram"),
    (f"{WEBVIEW} {KIT} Chrome/125.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/466.0]",
     "phone android facebook"),
    (f"{WEBVIEW} {KIT} Chrome/125.0 Mobile Safari/537.36 [FB_IAB/Orca-Android;FBAV/450.0]",
     "phone android messenger"),
    (f"{WEBVIEW} {KIT} Chrome/125.0 Mobile Safari/537.36 trill_2023405030 AppName/trill",
     "phone android tiktok"),
    (f"{WEBVIEW} {KIT} Chrome/116.0 Mobile Safari/537.36 MMWEBID/1 MicroMessenger/8.0.47",
     "phone android wechat"),
    (f"{WEBVIEW} {KIT} Chrome/125.0 Mobile Safari/537.36 KAKAOTALK/10.8",
     "phone android kakaotalk"),
    (f"{WEBVIEW} {KIT} Chrome/125.0 Mobile Safari/537.36 Telegram-Android/10.12",
     "phone android telegram"),
    ("Mozilla/5.0 (Linux; Android 12; CUBOT_P60) AppleWebKit/537.36 Chrome/120.0 Mobile Safari",
     "phone android chrome"),
    ("Opera/9.80 (Android; Opera Mini/36.2/191.2; U; en) Presto/2.12.423 Version/12.16",
     "phone android opera"),
    (f"{TAB} {KIT} Chrome/125.0.0.0 Safari/537.36", "tablet android chrome"),
    ("Mozilla/5.0 (Linux; Android 9; KFTRWI) AppleWebKit/537.36 Silk/124.1 like Chrome/124.0 "
     "Safari/537.36", "tablet android silk"),
    ("Mozilla/5.0 (Linux; Android 9; AFTMM) AppleWebKit/537.36 Silk/124.1 like Chrome/124.0 "
     "Safari/537.36", "tv android silk"),
    ("Mozilla/5.0 (Linux; Android 12; HarmonyOS; ALN-AL00) AppleWebKit/537.36 Chrome/114.0 "
     "HuaweiBrowser/14.0 Mobile Safari/537.36", "phone harmonyos huawei"),
    ("Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 Chrome/114.0 Safari/537.36 "
     "ArkWeb/4.1 Mobile", "phone harmonyos huawei"),
    ("Mozilla/5.0 (Tablet; OpenHarmony 5.0) AppleWebKit/537.36 Chrome/114.0 ArkWeb/4.1",
     "tablet harmonyos huawei"),
    (f"{WIN} {KIT} Chrome/125.0.0.0 Safari/537.36", "desktop windows chrome"),
    (f"{WIN} {KIT} Chrome/125.0.0.0 Safari/537.36 Edg/125.0", "desktop windows edge"),
    (f"{WIN} {KIT} Chrome/124.0.0.0 Safari/537.36 OPR/110.0", "desktop windows opera"),
    (f"{WIN} {KIT} Chrome/124.0.0.0 Safari/537.36 Vivaldi/6.7", "desktop windows vivaldi"),
    (f"{WIN} Gecko/20100101 Firefox/126.0", "desktop windows firefox"),
    ("Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0; Tablet PC 2.0)",
     "desktop windows ie"),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0",
     "desktop linux firefox"),
    ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64) AppleWebKit/537.36 Chrome/125.0 Safari/537.36",
     "desktop linux chrome"),
    ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/125.0 Safari/537.36",
     "desktop chromeos chrome"),
    ("Mozilla/5.0 (SMART-TV; LINUX; Tizen 7.0) AppleWebKit/537.36 Version/7.0 TV Safari/537.36",
     "tv tizen safari"),
    ("Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 Chrome/108.0 Safari/537.36",
     "tv webos chrome"),
    ("Mozilla/5.0 (PlayStation; PlayStation 5/8.20) AppleWebKit/605.1.15 Version/16.4 Safari/605",
     "console playstation safari"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One) AppleWebKit/537.36 Chrome/124.0 "
     "Safari/537.36 Edge/44.1", "console windows edge"),
    ("Mozilla/5.0 (Nintendo Switch; WifiWebAuthApplet) AppleWebKit/613.0 NintendoBrowser/6.0",
     "console nintendo -"),
    ("Mozilla/5.0 (Apple Watch; CPU Watch OS 10_5 like Mac OS X) AppleWebKit/605.1.15 Mobile",
     "watch watchos -"),
    ("Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5",
     "phone kaios firefox"),
    ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "bot - -"),
    (f"{PIXEL} {KIT} Chrome/125.0 Mobile Safari/537.36 (compatible; Googlebot/2.1)",
     "bot android chrome"),
    ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "bot - -"),
    ("WhatsApp/2.23.20.0", "bot - -"),
    ("TelegramBot (like TwitterBot)", "bot - -"),
    ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "bot - -"),
    ("curl/8.5.0", "bot - -"),
    ("python-requests/2.32", "bot - -"),
    ("Go-http-client/2.0", "bot - -"),
    (f"{WIN} {KIT} HeadlessChrome/125.0 Safari/537.36", "bot windows chrome"),
    ("Mozilla/5.0", "- - -"),
    ("\x00\xff", "- - -"),
]  # fmt: skip


@pytest.mark.parametrize(("agent", "expected"), AGENTS)
def test_user_agent_is_told(agent: str, expected: str) -> None:
    client = describe(agent.encode("latin-1"))
    told = (client.device or "-", client.os or "-", client.browser or "-")
    assert " ".join(told) == expected


def test_every_fact_has_a_name_that_rules_may_use() -> None:
    clients = [describe(agent.encode("latin-1")) for agent, _ in AGENTS]
    assert {client.device for client in clients} - {""} == set(DEVICES)
    assert {client.os for client in clients} <= {"", *SYSTEMS}
    assert {client.browser for client in clients} <= {"", *BROWSERS, *IN_APP}
    assert not set(BROWSERS) & set(IN_APP)
