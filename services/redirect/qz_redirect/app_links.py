"""Where an app lives for the phone in hand: a platform is asked for its own shop first."""

from typing import Literal

from qz_common.records import AppLinks
from qz_common.visit import UA_BYTES, Visit

Platform = Literal["", "ios", "android", "huawei"]

_BY_SYSTEM: dict[str, Platform] = {
    "ios": "ios",
    "ipados": "ios",
    "android": "android",
    "harmonyos": "huawei",
}
_HUAWEI = (b"huawei", b"hmscore", b"appgallery")
"""What a Huawei phone says on a system that still calls itself Android."""


def platform_of(visit: Visit) -> Platform:
    platform = _BY_SYSTEM.get(visit.client.os, "")
    if platform == "android":
        agent = visit.user_agent[:UA_BYTES].lower()
        return "huawei" if any(name in agent for name in _HUAWEI) else "android"
    return platform


def app_location(app: AppLinks | None, platform: Platform) -> str:
    """Empty when the record's own location is the answer. A Huawei phone that has no shop of
    its own here is an Android phone."""
    if app is None:
        return ""
    if platform == "ios":
        return app.ios
    if platform == "huawei":
        return app.huawei or app.android
    return app.android if platform == "android" else ""
