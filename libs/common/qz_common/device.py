"""What a user agent is, by plain substrings in a fixed order: device, system, browser.

Made for rules, at the edge, in microseconds; analytics judges the same text again with a full
parser. Each table is read from the top, the first needle found names the fact. What can't be
told is empty. An iPad that asks for the desktop site says it is a Mac, and is one here.
"""

from functools import lru_cache

import msgspec

DEVICES = ("phone", "tablet", "desktop", "tv", "console", "watch", "bot")
MOBILE = ("phone", "tablet")

Table = tuple[tuple[bytes, str], ...]

_SYSTEMS: Table = (
    (b"openharmony", "harmonyos"),
    (b"harmonyos", "harmonyos"),
    (b"apple watch", "watchos"),
    (b"watchos", "watchos"),
    (b"appletv", "tvos"),
    (b"apple tv", "tvos"),
    (b"tvos", "tvos"),
    (b"ipad", "ipados"),
    (b"iphone", "ios"),
    (b"ipod", "ios"),
    (b"playstation", "playstation"),
    (b"nintendo", "nintendo"),
    (b"tizen", "tizen"),
    (b"web0s", "webos"),
    (b"webos", "webos"),
    (b"kaios", "kaios"),
    (b"cros ", "chromeos"),
    (b"windows", "windows"),
    (b"android", "android"),
    (b"macintosh", "macos"),
    (b"mac os x", "macos"),
    (b"linux", "linux"),
    (b"x11", "linux"),
)
_IN_APP: Table = (
    (b"instagram", "instagram"),
    (b"fban/messenger", "messenger"),
    (b"fb_iab/orca", "messenger"),
    (b"fban/", "facebook"),
    (b"fbav/", "facebook"),
    (b"fb_iab/", "facebook"),
    (b"musical_ly", "tiktok"),
    (b"bytedancewebview", "tiktok"),
    (b"bytelocale", "tiktok"),
    (b"tiktok", "tiktok"),
    (b"trill_", "tiktok"),
    (b"micromessenger", "wechat"),
    (b" line/", "line"),
    (b"snapchat", "snapchat"),
    (b"pinterest/", "pinterest"),
    (b"linkedinapp", "linkedin"),
    (b"twitter for", "x"),
    (b"barcelona ", "threads"),
    (b"reddit/", "reddit"),
    (b"telegram-", "telegram"),
    (b"kakaotalk", "kakaotalk"),
    (b"zalo ", "zalo"),
    (b"alipayclient", "alipay"),
    (b"baiduboxapp", "baidu"),
    (b"weibo", "weibo"),
    (b" qq/", "qq"),
    (b" gsa/", "google"),
)
_BROWSERS: Table = (
    (b" edg", "edge"),
    (b" opr/", "opera"),
    (b" opx/", "opera"),
    (b" opt/", "opera"),
    (b"opios/", "opera"),
    (b"opera", "opera"),
    (b"samsungbrowser/", "samsung"),
    (b"huaweibrowser/", "huawei"),
    (b"arkweb/", "huawei"),
    (b"miuibrowser/", "miui"),
    (b"ucbrowser/", "uc"),
    (b"yabrowser/", "yandex"),
    (b"vivaldi/", "vivaldi"),
    (b"duckduckgo/", "duckduckgo"),
    (b" ddg/", "duckduckgo"),
    (b" silk/", "silk"),
    (b"firefox/", "firefox"),
    (b"fxios/", "firefox"),
    (b"trident/", "ie"),
    (b"msie ", "ie"),
    (b"; wv)", "webview"),
    (b"crios/", "chrome"),
    (b"chrome/", "chrome"),
    (b"chromium/", "chrome"),
    (b" safari/", "safari"),
    (b"iphone", "webview"),
    (b"ipad", "webview"),
)
_BOTS = (
    b"bot", b"crawl", b"spider", b"slurp", b"externalhit", b"facebookcatalog", b"whatsapp/",
    b"preview", b"headless", b"lighthouse", b"curl/", b"wget/", b"python", b"go-http-client",
    b"java/", b"libwww", b"httpclient", b"node-fetch", b"axios/", b"postman", b"skypeuri",
)  # fmt: skip
_NO_BOTS = (b"cubot",)
_DEVICES: Table = (
    (b"smart-tv", "tv"),
    (b"smarttv", "tv"),
    (b"googletv", "tv"),
    (b"appletv", "tv"),
    (b"apple tv", "tv"),
    (b"android tv", "tv"),
    (b"hbbtv", "tv"),
    (b"web0s", "tv"),
    (b"netcast", "tv"),
    (b"bravia", "tv"),
    (b"roku", "tv"),
    (b"crkey", "tv"),
    (b"; aft", "tv"),
    (b"playstation", "console"),
    (b"xbox", "console"),
    (b"nintendo", "console"),
    (b"watch", "watch"),
    (b"wear os", "watch"),
    (b"tablet pc", "desktop"),
    (b"ipad", "tablet"),
    (b"tablet", "tablet"),
    (b"kindle", "tablet"),
    (b" silk/", "tablet"),
    (b"iphone", "phone"),
    (b"ipod", "phone"),
    (b"mobile", "phone"),
    (b"opera mini", "phone"),
    (b"phone", "phone"),
    (b"kaios", "phone"),
    (b"android", "tablet"),
    (b"windows", "desktop"),
    (b"macintosh", "desktop"),
    (b"cros ", "desktop"),
    (b"openharmony", "desktop"),
    (b"linux", "desktop"),
    (b"x11", "desktop"),
)
_IPAD_WEBVIEW = b"like gecko) mobile/"
"""What a Mac never says: the browser inside an app on an iPad does."""


def _names(*tables: Table) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for table in tables for _, name in table))


SYSTEMS = _names(_SYSTEMS)
IN_APP = (*_names(_IN_APP), "webview")
BROWSERS = tuple(name for name in _names(_BROWSERS) if name != "webview")


class Client(msgspec.Struct, frozen=True, gc=False):
    device: str = ""
    os: str = ""
    browser: str = ""


UNKNOWN_CLIENT = Client()


@lru_cache(4096)
def describe(user_agent: bytes) -> Client:
    agent = user_agent.lower()
    system = _first(_SYSTEMS, agent)
    if system == "macos" and _IPAD_WEBVIEW in agent:
        return Client(_bot(agent) or "tablet", "ipados", _first(_IN_APP, agent) or "webview")
    browser = _first(_IN_APP, agent) or _first(_BROWSERS, agent)
    return Client(_bot(agent) or _first(_DEVICES, agent), system, browser)


def _first(table: Table, agent: bytes) -> str:
    return next((name for needle, name in table if needle in agent), "")


def _bot(agent: bytes) -> str:
    for innocent in _NO_BOTS:
        agent = agent.replace(innocent, b"")
    return "bot" if any(needle in agent for needle in _BOTS) else ""
