"""Where an app lives for the phone in hand: a platform is asked for its own shop first."""

from typing import Literal

from qz_common.records import AppLinks

Platform = Literal["", "ios", "android", "huawei"]


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
