"""Where a visitor came from: the host of the referrer, and the class of source that it is."""

from functools import lru_cache

from qz_common.visit import host_of

KEPT = 50_000
HOST_LIMIT = 200

SEARCH = "google bing duckduckgo yahoo yandex baidu ecosia qwant naver startpage seznam sogou"
SOCIAL = (
    "facebook instagram twitter x t.co linkedin lnkd pinterest reddit tiktok youtube youtu threads "
    "snapchat tumblr vk ok weibo bsky mastodon quora medium"
)
CHAT = "whatsapp wa telegram t.me messenger slack discord teams line viber signal wechat kakao zalo"
MAIL = "mail outlook gmail webmail proton protonmail"

CLASSES = {
    **dict.fromkeys(SEARCH.split(), "search"),
    **dict.fromkeys(SOCIAL.split(), "social"),
    **dict.fromkeys(CHAT.split(), "messaging"),
    **dict.fromkeys(MAIL.split(), "email"),
}
APP_SCHEME = "android-app://"
MEDIA = {
    "email": "email", "e-mail": "email", "newsletter": "email",
    "cpc": "paid", "ppc": "paid", "paid": "paid", "paidsocial": "paid", "display": "paid",
    "cpm": "paid", "banner": "paid", "social": "social", "print": "print", "qr": "print",
    "offline": "print", "flyer": "print", "poster": "print", "sms": "messaging",
}  # fmt: skip
"""What `utm_medium` says goes before what the referrer shows."""


@lru_cache(KEPT)
def referrer_of(text: str) -> tuple[str, str]:
    """Host and class of a referrer; two empty texts for none."""
    if not text:
        return "", ""
    host = host_of(text.encode()).removeprefix("www.")[:HOST_LIMIT]
    if not host:
        return "", ""
    if text.startswith(APP_SCHEME):
        return host, _class_of(tuple(reversed(host.split("."))))
    return host, CLASSES.get(host) or _class_of(tuple(host.split(".")))


def source_class(medium: str, referrer_class: str, symbol: bool) -> str:
    """`paid, email, social, search, messaging, print, referral`, or `direct`."""
    told = MEDIA.get(medium.lower()) if medium else None
    return told or referrer_class or ("print" if symbol else "direct")


def _class_of(labels: tuple[str, ...]) -> str:
    """By the first label that is known, from the left: `mail.google.com` is mail."""
    return next((CLASSES[label] for label in labels[:-1] if label in CLASSES), "referral")
